namespace EdgeAgent.Daemon;

/// <summary>How the kernel is programmed.</summary>
internal enum BackendKind
{
    /// <summary>nf_tables: one table of ours, changed in transactions.</summary>
    Nftables,
}

/// <summary>The names of backends, as options, files and the status have them.</summary>
internal static class BackendNames
{
    internal static string Name(this BackendKind kind) => kind switch
    {
        BackendKind.Nftables => "nftables",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such backend"),
    };
}
