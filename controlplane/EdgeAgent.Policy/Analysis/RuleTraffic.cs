using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The traffic that rules match between two ends, given the ports that these name. Remembers what it was asked.</summary>
internal sealed class RuleTraffic
{
    private readonly Dictionary<(PolicyRule Rule, IpFamily Family, EquatableArray<NamedPort> Source, EquatableArray<NamedPort> Destination), TrafficSet> _known = new(RuleComparer.Instance);

    /// <summary>The traffic that a rule matches, whoever the ends are.</summary>
    public TrafficSet Of(PolicyRule rule, Slot source, Slot destination)
    {
        if (rule.Traffic is not { } alternatives)
            return TrafficSet.All;
        var named = alternatives.Items.Any(traffic => PolicyMatches.PortNames(traffic).Any());
        var key = (rule, source.Family, named ? source.Ports : [], named ? destination.Ports : []);
        if (!_known.TryGetValue(key, out var set))
            _known[key] = set = alternatives.Items.Aggregate(TrafficSet.None, (all, traffic) => all.Union(Of(traffic, source.Family, key.Item4, key.Item3)));
        return set;
    }

    private static TrafficSet Of(TrafficMatch traffic, IpFamily family, EquatableArray<NamedPort> destination, EquatableArray<NamedPort> source) =>
        TrafficExpansion.Forms(traffic, destination, source)
            .Where(form => form.Family is null || form.Family == family)
            .Aggregate(TrafficSet.None, (all, form) => all.Union(TrafficSet.Of(form)));

    /// <summary>Rules are told apart by instance: there are many, and their content is long.</summary>
    private sealed class RuleComparer : IEqualityComparer<(PolicyRule Rule, IpFamily Family, EquatableArray<NamedPort> Source, EquatableArray<NamedPort> Destination)>
    {
        public static RuleComparer Instance { get; } = new();

        public bool Equals(
            (PolicyRule Rule, IpFamily Family, EquatableArray<NamedPort> Source, EquatableArray<NamedPort> Destination) x,
            (PolicyRule Rule, IpFamily Family, EquatableArray<NamedPort> Source, EquatableArray<NamedPort> Destination) y) =>
            ReferenceEquals(x.Rule, y.Rule) && x.Family == y.Family && x.Source == y.Source && x.Destination == y.Destination;

        public int GetHashCode((PolicyRule Rule, IpFamily Family, EquatableArray<NamedPort> Source, EquatableArray<NamedPort> Destination) obj) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj.Rule), obj.Family, obj.Source, obj.Destination);
    }
}
