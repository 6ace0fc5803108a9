using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>Which backend an agent uses, and why.</summary>
/// <param name="Kind">The backend.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Lacks">What the kernel lacks for it, in words; empty for nothing.</param>
internal sealed record BackendChoice(BackendKind Kind, string Reason, string Lacks)
{
    /// <summary>Chooses by what was configured and by what the kernel can do, which is asked of it and not of its version.</summary>
    /// <param name="option"><c>auto</c>, <c>nftables</c> or <c>iptables</c>.</param>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    internal static BackendChoice Make(string option, string? networkNamespace) => BackendNames.Parse(option) switch
    {
        BackendKind.Nftables => new(BackendKind.Nftables, "configured", LacksForNftables(networkNamespace)),
        BackendKind.Iptables => new(BackendKind.Iptables, "configured", LacksForIptables(networkNamespace)),
        _ => Automatic(LacksForNftables(networkNamespace), () => LacksForIptables(networkNamespace)),
    };

    /// <summary>nftables unless the kernel lacks something for it; only then is x_tables asked for, which makes its tables.</summary>
    internal static BackendChoice Automatic(string lacksForNftables, Func<string> lacksForIptables)
    {
        if (lacksForNftables.Length == 0)
            return new(BackendKind.Nftables, "the kernel has all that it needs", "");
        var alsoLacks = lacksForIptables();
        return alsoLacks.Length == 0
            ? new(BackendKind.Iptables, $"the kernel lacks {lacksForNftables} for nftables", "")
            : new(BackendKind.Nftables, $"the kernel lacks {alsoLacks} for iptables as well", lacksForNftables);
    }

    private static string LacksForNftables(string? networkNamespace)
    {
        try
        {
            var features = KernelFeatures.Probe(networkNamespace);
            return string.Join(", ", new[]
            {
                features.Tables ? null : "nf_tables with maps of counters",
                features.Conntrack ? null : "nf_tables' ct expression",
                features.LogGroups ? null : "nf_tables' log expression",
                features.Limit ? null : "nf_tables' limit expression",
            }.OfType<string>());
        }
        catch (NetlinkException e)
        {
            return $"nf_tables ({e.Message})";
        }
    }

    private static string LacksForIptables(string? networkNamespace)
    {
        try
        {
            using var kernel = new XTablesKernel(networkNamespace);
            return string.Join(", ", kernel.Missing());
        }
        catch (NetlinkException e)
        {
            return $"x_tables ({e.Message})";
        }
    }
}
