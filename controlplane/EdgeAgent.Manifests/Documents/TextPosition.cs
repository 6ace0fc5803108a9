namespace EdgeAgent.Manifests.Documents;

/// <summary>A line and a column within one file, both from 1.</summary>
internal readonly record struct TextPosition(int Line, int Column);
