namespace EdgeAgent.Manifests.Documents;

/// <summary>The text of one document of a file, with its marker line where it has one.</summary>
/// <param name="Text">The text.</param>
/// <param name="FirstLine">The number of its first line in the file.</param>
internal readonly record struct SourceChunk(string Text, int FirstLine);
