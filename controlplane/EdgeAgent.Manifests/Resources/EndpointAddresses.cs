using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Resources;

/// <summary>The addresses that an endpoint declares.</summary>
internal static class EndpointAddresses
{
    /// <summary>The addresses, each once, and their places kept for the check that no other endpoint has them.</summary>
    public static EquatableArray<Cidr> Of(IReadOnlyList<Located<IpAddress>> items)
    {
        var addresses = new HashSet<IpAddress>();
        foreach (var (address, node, context) in items)
        {
            if (addresses.Add(address))
                context.Mark(Cidr.Single(address).ToString(), node);
            else
                context.Warning(node, $"{address} comes twice in this list");
        }

        return addresses.Select(Cidr.Single).ToEquatableArray();
    }
}
