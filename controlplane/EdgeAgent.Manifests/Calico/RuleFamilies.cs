using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Calico;

/// <summary>
/// The IP families that a rule is about. Calico makes a rule for each family and drops it where a list, also a negative one, has no block
/// of the family, or a negative one has all of it (projectcalico/calico, felix/rules).
/// </summary>
internal static class RuleFamilies
{
    /// <summary>The families; <paramref name="version"/> is what the rule itself says, or null.</summary>
    public static IReadOnlyList<IpFamily> Of(IpFamily? version, EntityRule source, EntityRule destination)
    {
        var families = new List<IpFamily> { IpFamily.V4, IpFamily.V6 };
        families.RemoveAll(family => version is not null && family != version);
        IpFamily? first = null;
        var warned = false;
        foreach (var (nets, isNegated) in new[] { (source.Nets, false), (source.NotNets, true), (destination.Nets, false), (destination.NotNets, true) })
        {
            if (nets.Count == 0)
                continue;
            families.RemoveAll(family => !nets.Any(net => net.Value.Family == family));
            foreach (var (block, node, context) in nets)
            {
                first ??= block.Family;
                if (block.Family != first && !warned)
                {
                    warned = true;
                    context.Warning(node, "the rule names blocks of both families; it is read once for each, with the blocks of that family alone");
                }

                if (!isNegated || block.Length > 0)
                    continue;
                families.Remove(block.Family);
                context.Warning(node, $"all but {block} is nothing, so the rule matches no {(block.Family == IpFamily.V4 ? "IPv4" : "IPv6")} traffic");
            }
        }

        return families;
    }
}
