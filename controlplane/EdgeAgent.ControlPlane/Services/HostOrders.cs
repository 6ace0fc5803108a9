using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using ResourceKey = EdgeAgent.Policy.ResourceKey;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Cuts hosts off and lets them back. An order is a revision: it is in the history, and outlives restarts of either side and rollbacks.</summary>
internal sealed class HostOrders(RevisionWriter writer)
{
    /// <summary>Cuts a host off.</summary>
    public Task<ApplyResponse> QuarantineAsync(HostOrderRequest request, Author author) =>
        OrderAsync(request, author, (state, change) => change with { Quarantine = [Find(state.Hosts.Values, request.Host)] });

    /// <summary>Ends a quarantine.</summary>
    public Task<ApplyResponse> ReleaseAsync(HostOrderRequest request, Author author) =>
        OrderAsync(request, author, (state, change) => change with { Release = [Find(state.Hosts.Values.Union(state.Quarantined.Keys), request.Host)] });

    private async Task<ApplyResponse> OrderAsync(HostOrderRequest request, Author author, Func<FleetState, ChangeRequest, ChangeRequest> complete)
    {
        var change = new ChangeRequest(DocumentOrigin.Quarantined, [], [], [])
        {
            Author = ResourceChanges.Short(author.Name, ResourceChanges.LongestAuthor, "author"),
            Refuses = author.Refuses,
            Note = ResourceChanges.Short(request.Note, ResourceChanges.LongestNote, "note"),
        };
        return ResourceChanges.Answer(await writer.ChangeAsync(state => complete(state, change)));
    }

    private static ResourceKey Find(IEnumerable<ResourceKey> hosts, string asked)
    {
        var found = hosts.Where(host => asked == host.QualifiedName || asked == host.Name).ToList();
        var exact = found.Where(host => asked == host.QualifiedName).ToList();
        return (exact.Count > 0 ? exact : found) switch
        {
            [var one] => one,
            [] => throw new RpcException(new(StatusCode.NotFound, $"there is no host '{asked}'; expected namespace/name or name")),
            var many => throw new RpcException(new(StatusCode.InvalidArgument, $"{many.Count} hosts are called '{asked}': {string.Join(", ", many.Select(host => host.QualifiedName).Take(5))}; expected namespace/name")),
        };
    }
}
