using System.Runtime.CompilerServices;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Tells whether two host policies have the same digest, without computing it.</summary>
internal static class HostPolicyComparison
{
    public static bool MeansTheSame(HostPolicy left, HostPolicy right) =>
        ReferenceEquals(left, right)
        || (left.Mode == right.Mode
            && left.Sets.Count == right.Sets.Count
            && left.PortSets.Count == right.PortSets.Count
            && left.Inbound == right.Inbound
            && left.Outbound == right.Outbound
            && left.Sets.Values.Zip(right.Sets.Values).All(pair => IsSame(pair.First, pair.Second))
            && left.PortSets.Values.Zip(right.PortSets.Values).All(pair => pair.First.Id == pair.Second.Id && pair.First.Members == pair.Second.Members));

    private static bool IsSame(AddressSet left, AddressSet right) =>
        ReferenceEquals(left, right) || (left.Id == right.Id && left.Prefixes == right.Prefixes);
}

/// <summary>Compares pairs by identity of their parts.</summary>
internal sealed class ReferencePairs : IEqualityComparer<(HostPolicy?, HostPolicy)>
{
    public static ReferencePairs Instance { get; } = new();

    public bool Equals((HostPolicy?, HostPolicy) x, (HostPolicy?, HostPolicy) y) => ReferenceEquals(x.Item1, y.Item1) && ReferenceEquals(x.Item2, y.Item2);

    public int GetHashCode((HostPolicy?, HostPolicy) obj) =>
        HashCode.Combine(RuntimeHelpers.GetHashCode(obj.Item1), RuntimeHelpers.GetHashCode(obj.Item2));
}
