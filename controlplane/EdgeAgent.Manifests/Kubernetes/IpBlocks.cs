using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>The ipBlock of a NetworkPolicy's peer.</summary>
internal static class IpBlocks
{
    private static readonly Field<Cidr> CidrField = Field.Required("cidr", NetworkValues.Block, "also denotes the hosts whose address lies in it");

    private static readonly Field<IReadOnlyList<Located<Cidr>>> Except = Field.Optional(
        "except", new ListValue<Cidr>(NetworkValues.Block), "narrower blocks within it that are left out");

    /// <summary>A block but for some narrower ones.</summary>
    public static ValueType<PeerMatch> Type { get; } = new ObjectValue<PeerMatch>("a block with cidr and except", [CidrField, Except], Build);

    private static PeerMatch? Build(ObjectInput input)
    {
        var except = input.ReadList(Except);
        if (!input.TryRead(CidrField, out var cidr))
            return null;
        foreach (var (block, node, context) in except)
        {
            if (!cidr.Contains(block) || block.Length == cidr.Length)
                context.Error(node, $"{block} does not lie within {cidr}; expected a narrower block of it");
        }

        return PeerMatch.Of([cidr], except.Select(located => located.Value).ToEquatableArray());
    }
}
