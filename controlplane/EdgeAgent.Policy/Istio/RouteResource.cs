using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// A RouteRule (config.istio.io/v1alpha2) or a VirtualService: who calls which service. Header, path, weight and precedence
/// are gone, because they do not narrow what reaches a host.
/// </summary>
public sealed record RouteResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind of the first generation in keys.</summary>
    public const string RouteRuleKind = "RouteRule";

    /// <summary>The kind of the second generation in keys.</summary>
    public const string VirtualServiceKind = "VirtualService";

    /// <summary>The calls that the routes lead to.</summary>
    public EquatableArray<RouteEdge> Edges { get; init; }

    /// <summary>Namespaces whose clients see the route: names, <c>.</c> for its own, <c>*</c> for all; empty for all.</summary>
    public EquatableArray<string> ExportTo { get; init; }

    /// <summary>Whether it has no hosts of its own: then it has a part only in the routes that delegate to it.</summary>
    public bool IsDelegate { get; init; }

    /// <summary>Names of routes that this one hands over to (<c>delegate</c>); their own gateways and hosts are empty.</summary>
    public EquatableArray<RouteDelegate> Delegates { get; init; }
}

/// <summary>One caller and one destination of a route.</summary>
/// <param name="Caller">Who calls.</param>
/// <param name="Destination">What is called.</param>
/// <param name="Label">Where in the resource, such as <c>http[0].route[1]</c>.</param>
/// <param name="Source">Where it was written.</param>
public sealed record RouteEdge(RouteCaller Caller, RouteDestination Destination, string Label, SourcePosition Source)
{
    /// <summary>The port that clients address for the route to be theirs; null for any.</summary>
    public ushort? AddressedPort { get; init; }

    /// <summary>Whether the port that clients address is the one that they are led to, where the destination names none; not so where they connect anew.</summary>
    public bool KeepsPort { get; init; } = true;
}

/// <summary>A route handed to another VirtualService, for the callers that reach it.</summary>
public sealed record RouteDelegate(RouteCaller Caller, string Namespace, string Name, string Label, SourcePosition Source)
{
    /// <summary>The port that clients address for the route to be theirs; null for any.</summary>
    public ushort? AddressedPort { get; init; }
}

/// <summary>What is called.</summary>
/// <param name="Host">The service, as written: a short name, or a fully qualified one.</param>
/// <param name="Namespace">The namespace that a short name is in; empty for the resource's own.</param>
/// <param name="Subset">The subset that a DestinationRule defines, or empty.</param>
/// <param name="Labels">Labels that the endpoints must have as well (the first generation's way of naming versions).</param>
/// <param name="Port">The service's port, or null for all of them.</param>
public sealed record RouteDestination(string Host, string Namespace, string Subset, LabelSet Labels, ushort? Port);

/// <summary>Who calls.</summary>
public abstract record RouteCaller
{
    /// <summary>The route does not say.</summary>
    public static RouteCaller NotStated { get; } = new UnstatedCaller();

    /// <summary>Who is meant by a route and by the one that it hands over to; null where nobody can be both, or only by accident.</summary>
    /// <param name="handing">Who is led to the other route.</param>
    /// <param name="handed">Who it is for.</param>
    /// <param name="isOneGateway">Whether two names are of one gateway.</param>
    public static RouteCaller? Both(RouteCaller handing, RouteCaller handed, Func<string, string, bool> isOneGateway) => (handing, handed) switch
    {
        (_, UnstatedCaller) => handing,
        (UnstatedCaller, WorkloadCaller) => handed,
        (WorkloadCaller first, WorkloadCaller further) when Both(first.Namespace, first.Labels, further.Namespace, further.Labels) is { } both => new WorkloadCaller(both.Namespace, both.Labels),
        (GatewayCaller first, WorkloadCaller further) when Both(first.Namespace, first.Labels, further.Namespace, further.Labels) is { } both => new GatewayCaller(first.Gateway, both.Namespace, both.Labels),
        (GatewayCaller first, GatewayCaller further) when isOneGateway(first.Gateway, further.Gateway) && Both(first.Namespace, first.Labels, further.Namespace, further.Labels) is { } both =>
            new GatewayCaller(first.Gateway, both.Namespace, both.Labels),
        _ => null,
    };

    private static (string Namespace, LabelSet Labels)? Both(string ofNamespace, LabelSet labels, string further, LabelSet furtherLabels)
    {
        if (ofNamespace.Length > 0 && further.Length > 0 && ofNamespace != further)
            return null;
        if (furtherLabels.Any(label => labels.TryGetValue(label.Key, out var value) && value != label.Value))
            return null;
        return (ofNamespace.Length > 0 ? ofNamespace : further, LabelSet.Of(labels.Concat(furtherLabels)));
    }
}

/// <summary>The route does not say who calls.</summary>
public sealed record UnstatedCaller : RouteCaller;

/// <summary>The endpoints of a service (<c>match.source</c> of RouteRule).</summary>
/// <param name="Host">The service, as written.</param>
/// <param name="Namespace">The namespace that a short name is in; empty for the resource's own.</param>
/// <param name="Labels">Labels that the endpoints must have as well.</param>
public sealed record ServiceCaller(string Host, string Namespace, LabelSet Labels) : RouteCaller;

/// <summary>Workloads by label (<c>sourceLabels</c>, <c>sourceNamespace</c> of VirtualService).</summary>
/// <param name="Namespace">Their namespace; empty for any.</param>
/// <param name="Labels">Labels that they have.</param>
public sealed record WorkloadCaller(string Namespace, LabelSet Labels) : RouteCaller;

/// <summary>The hosts of a gateway.</summary>
/// <param name="Gateway"><c>namespace/name</c>, or a name of the resource's own namespace.</param>
/// <param name="Namespace">Their namespace; empty for any.</param>
/// <param name="Labels">Labels that they have as well.</param>
public sealed record GatewayCaller(string Gateway, string Namespace, LabelSet Labels) : RouteCaller;
