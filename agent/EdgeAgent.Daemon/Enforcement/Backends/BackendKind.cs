namespace EdgeAgent.Daemon;

/// <summary>How the kernel is programmed.</summary>
internal enum BackendKind
{
    /// <summary>nf_tables: one table of ours, changed in transactions.</summary>
    Nftables,

    /// <summary>x_tables and ipset: our chains in the tables filter of both families, and our sets.</summary>
    Iptables,
}

/// <summary>The names of backends, as options, files and the status have them.</summary>
internal static class BackendNames
{
    internal static string Name(this BackendKind kind) => kind switch
    {
        BackendKind.Nftables => "nftables",
        BackendKind.Iptables => "iptables",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such backend"),
    };

    /// <summary>The backend of a name; null for another text.</summary>
    internal static BackendKind? Parse(string? name) => name switch
    {
        "nftables" => BackendKind.Nftables,
        "iptables" => BackendKind.Iptables,
        _ => null,
    };
}
