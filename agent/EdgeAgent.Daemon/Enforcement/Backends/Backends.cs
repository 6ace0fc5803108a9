using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>Opens backends.</summary>
internal static class Backends
{
    /// <summary>Opens one, to change the kernel.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <param name="ownership">Whether a table belongs to this process; null for no.</param>
    /// <exception cref="NetlinkException">The kernel cannot be reached.</exception>
    internal static IBackend Open(BackendKind kind, string? networkNamespace = null, TableOwnership? ownership = null) => kind switch
    {
        BackendKind.Nftables => new TableKeeper<NftablesContent>(new NftablesFirewall(networkNamespace, ownership ?? TableOwnership.None)),
        BackendKind.Iptables => new TableKeeper<XTablesRuleset>(new IptablesFirewall(networkNamespace)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such backend"),
    };

    /// <summary>What an enforcement comes to, as canonical text; the kernel is not asked.</summary>
    /// <exception cref="UncompilablePolicyException">It cannot be enforced.</exception>
    internal static string Show(BackendKind kind, Enforcement enforcement) => kind switch
    {
        BackendKind.Nftables => RulesetText.Of(NftablesFirewall.Desired(enforcement, null)),
        BackendKind.Iptables => XTablesText.Of(IptablesFirewall.Desired(enforcement)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such backend"),
    };

    /// <summary>Opens what reports read of one, over sockets of its own.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The kernel cannot be reached.</exception>
    internal static IFirewallReadings OpenReadings(BackendKind kind, string? networkNamespace = null) => kind switch
    {
        BackendKind.Nftables => new NftablesReadings(networkNamespace),
        BackendKind.Iptables => new IptablesReadings(networkNamespace),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such backend"),
    };
}
