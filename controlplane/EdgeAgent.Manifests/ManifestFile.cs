namespace EdgeAgent.Manifests;

/// <summary>One input: the bytes of a file, or of standard input.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Bytes">The contents, UTF-8.</param>
/// <param name="FirstLine">The number of its first line, so that a stored document keeps the positions it was applied with.</param>
public sealed record ManifestFile(string Name, ReadOnlyMemory<byte> Bytes, int FirstLine = 1);
