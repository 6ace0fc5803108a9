namespace EdgeAgent.Manifests.Documents;

/// <summary>What one input may ask for at most; beyond it the input is refused, so that hostile files cost bounded time and memory.</summary>
internal sealed record DocumentLimits
{
    /// <summary>The limits in force.</summary>
    public static readonly DocumentLimits Default = new();

    /// <summary>Bytes of one file.</summary>
    public int FileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Documents of one file.</summary>
    public int DocumentsInFile { get; init; } = 150_000;

    /// <summary>How deep mappings and sequences may nest.</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Mappings, sequences and scalars of one document as it is written.</summary>
    public int Nodes { get; init; } = 2_000_000;

    /// <summary>Nodes of one document that aliases add when they are followed.</summary>
    public int AliasedNodes { get; init; } = 100_000;
}
