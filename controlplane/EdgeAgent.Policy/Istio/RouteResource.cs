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
public sealed record RouteEdge(RouteCaller Caller, RouteDestination Destination, string Label, SourcePosition Source);

/// <summary>A route handed to another VirtualService, for the callers that reach it.</summary>
public sealed record RouteDelegate(RouteCaller Caller, string Namespace, string Name, string Label, SourcePosition Source);

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

    /// <summary>Who is meant by a route and by the one that it hands over to; null where nobody can be both.</summary>
    /// <remarks>A delegate states workloads only: gateways and services are stated by routes that delegate.</remarks>
    public static RouteCaller? Both(RouteCaller handing, RouteCaller handed)
    {
        if (handed is not WorkloadCaller further)
            return handed is UnstatedCaller ? handing : handed;
        return handing switch
        {
            WorkloadCaller first when Both(first.Namespace, first.Labels, further) is { } both => new WorkloadCaller(both.Namespace, both.Labels),
            GatewayCaller first when Both(first.Namespace, first.Labels, further) is { } both => new GatewayCaller(first.Gateway, both.Namespace, both.Labels),
            UnstatedCaller => further,
            _ => null,
        };
    }

    private static (string Namespace, LabelSet Labels)? Both(string ofNamespace, LabelSet labels, WorkloadCaller further)
    {
        if (ofNamespace.Length > 0 && further.Namespace.Length > 0 && ofNamespace != further.Namespace)
            return null;
        if (further.Labels.Any(label => labels.TryGetValue(label.Key, out var value) && value != label.Value))
            return null;
        return (ofNamespace.Length > 0 ? ofNamespace : further.Namespace, LabelSet.Of(labels.Concat(further.Labels)));
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
