namespace EdgeAgent.Policy;

/// <summary>A policy with its place among all policies. Nodes are compared by instance: a policy that is written anew is another.</summary>
internal sealed class PolicyNode(PolicyResource resource, TierResource tier) : IComparable<PolicyNode>
{
    public PolicyResource Resource { get; } = resource;

    public TierResource Tier { get; } = tier;

    /// <summary>The order in which policies are looked at: tiers by order and name, then policies by order, precedence, name, namespace and kind.</summary>
    public int CompareTo(PolicyNode? other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var byTier = CompareTiers(Tier, other.Tier);
        if (byTier != 0)
            return byTier;
        var byOrder = CompareOrders(Resource.Order, other.Resource.Order);
        if (byOrder != 0)
            return byOrder;
        if (Resource.PrecedesEquals != other.Resource.PrecedesEquals)
            return Resource.PrecedesEquals ? -1 : 1;
        var (left, right) = (Resource.Key, other.Resource.Key);
        var byName = string.CompareOrdinal(left.Name, right.Name);
        if (byName != 0)
            return byName;
        var byNamespace = string.CompareOrdinal(left.Namespace, right.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(left.Kind, right.Kind);
    }

    private static int CompareTiers(TierResource left, TierResource right)
    {
        var byOrder = CompareOrders(left.Order, right.Order);
        return byOrder != 0 ? byOrder : string.CompareOrdinal(left.Key.Name, right.Key.Name);
    }

    private static int CompareOrders(double? left, double? right) =>
        (left ?? double.PositiveInfinity).CompareTo(right ?? double.PositiveInfinity);
}
