using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Who calls by a route, and at which of the service's ports.</summary>
/// <param name="Labels">Labels of the workloads.</param>
/// <param name="Place">Their namespace; null for any.</param>
/// <param name="Gateway">Through which gateway, or <c>mesh</c>; null where that is said elsewhere.</param>
/// <param name="Port">The port that is addressed, where a match says so.</param>
internal sealed record RawCaller(Dictionary<string, string> Labels, string? Place = null, string? Gateway = null, int? Port = null)
{
    /// <summary>A route that does not say; it is for the namespace of its destination to say.</summary>
    public static RawCaller Anybody { get; } = new([]);

    /// <summary>Labels that the gateway's workloads have; null where there is no such gateway.</summary>
    public Dictionary<string, string>? OfGateway { get; init; } = [];

    /// <summary>The service that calls, in place of workloads by their labels.</summary>
    public bool IsService { get; init; }

    /// <summary>Whether the route says who.</summary>
    public bool IsStated => IsService || Labels.Count > 0 || Place is not null || Gateway is not (null or "mesh");

    /// <summary>Whether a workload is meant.</summary>
    public bool Includes(RawEndpoint workload) => !IsService && RawService.IsPart(Labels, workload.Labels) && (Place is null || Place == workload.Namespace) && OfGateway is { } bound && RawService.IsPart(bound, workload.Labels);

    /// <summary>Who is meant by a route and by the one that it delegates to. Where they contradict each other, the latter has no effect (Istio, "Delegate").</summary>
    public RawCaller? And(RawCaller other)
    {
        var (place, gateway, port) = (Place ?? other.Place, Gateway ?? other.Gateway, Port ?? other.Port);
        if (place != (other.Place ?? Place) || gateway != (other.Gateway ?? Gateway) || port != (other.Port ?? Port) || other.Labels.Any(label => Labels.TryGetValue(label.Key, out var value) && value != label.Value))
            return null;
        var labels = new Dictionary<string, string>(Labels, StringComparer.Ordinal);
        foreach (var (key, value) in other.Labels)
            labels[key] = value;
        return new(labels, place, gateway, port) { OfGateway = Gateway is null ? other.OfGateway : OfGateway };
    }
}

/// <summary>One thing that is called.</summary>
/// <param name="Caller">By whom.</param>
/// <param name="Service">The service; null where nothing describes it.</param>
/// <param name="Subset">The part of it that a DestinationRule names; null for no such.</param>
/// <param name="Labels">Labels that the endpoints must have as well.</param>
/// <param name="Port">The service's port that the route names.</param>
/// <param name="IsVisibleFrom">The namespaces that see the route.</param>
/// <param name="SourceService">The service that calls, in place of workloads by their labels.</param>
internal sealed record RawEdge(RawCaller Caller, RawService? Service, string? Subset, Dictionary<string, string> Labels, int? Port, Func<string, bool> IsVisibleFrom, RawSource? SourceService = null);

/// <summary>A service that calls (<c>match.source</c> of a RouteRule), or a part of it.</summary>
internal sealed record RawSource(RawService Service, Dictionary<string, string> Labels)
{
    public bool Has(IPAddress address) => Service.Has(address, Labels);
}
