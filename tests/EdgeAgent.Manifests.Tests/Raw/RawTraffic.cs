namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>What flows are made of: each as often as it stands here.</summary>
/// <param name="Protocols">The protocols.</param>
/// <param name="Ports">The ports, which others are next to.</param>
internal sealed record RawTraffic(IReadOnlyList<int> Protocols, IReadOnlyList<int> Ports)
{
    /// <summary>As routers see it.</summary>
    public static RawTraffic Any { get; } = new([RawFlow.Tcp, RawFlow.Tcp, RawFlow.Udp, RawFlow.Sctp, RawFlow.Icmp, 47], DocumentDice.Ports);

    /// <summary>As a mesh does.</summary>
    public static RawTraffic Connections { get; } = new([.. Enumerable.Repeat(RawFlow.Tcp, 10), RawFlow.Udp, RawFlow.Icmp], [.. DocumentDice.Ports, .. DocumentDice.Ports, 15008, 15012]);
}
