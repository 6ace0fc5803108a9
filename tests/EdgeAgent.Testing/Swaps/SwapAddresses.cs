using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Addresses that no stream comes from, and blocks that may hold some streams' peers but none of those to be left out.</summary>
internal sealed class SwapAddresses(Random random)
{
    internal Cidr Stranger() => Cidr.Single(random.Next(3) > 0
        ? new(IpFamily.V4, 0x0a3c_0000u + (uint)random.Next(1 << 16))
        : new(IpFamily.V6, ((UInt128)0xfd60 << 112) + (UInt128)random.Next(1 << 20)));

    internal IEnumerable<Cidr> Strangers(int count) => Enumerable.Range(0, count).Select(_ => Stranger());

    /// <summary>A block somewhere, most of them far from the streams' peers.</summary>
    internal Cidr Block() => random.Next(6) switch
    {
        0 => Around(StreamFlows.Peers[random.Next(StreamFlows.Peers.Count)]),
        < 4 => new(new(IpFamily.V4, 0x0a40_0000u + (uint)random.Next(1 << 22)), random.Next(12, 31)),
        4 => new(new(IpFamily.V4, 0xac10_0000u + (uint)random.Next(1 << 20)), random.Next(14, 31)),
        _ => new(new(IpFamily.V6, ((UInt128)0xfd61 << 112) + ((UInt128)random.Next(1 << 16) << 64)), random.Next(40, 127)),
    };

    internal IEnumerable<Cidr> Blocks(int count) => Enumerable.Range(0, count).Select(_ => Block());

    /// <summary>Peers as single addresses or as blocks around them, none of which holds another one.</summary>
    internal IEnumerable<Cidr> Cover(IReadOnlyCollection<IpAddress> peers, IReadOnlyCollection<IpAddress> others) => peers.Select(peer =>
    {
        var block = random.Next(2) == 0 ? Cidr.Single(peer) : Around(peer);
        return others.Any(block.Contains) ? Cidr.Single(peer) : block;
    });

    private Cidr Around(IpAddress peer) => new(peer, peer.Width - random.Next(1, peer.Family == IpFamily.V4 ? 12 : 60));
}
