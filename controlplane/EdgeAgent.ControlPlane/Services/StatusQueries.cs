using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using HostState = EdgeAgent.Contracts.HostState;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Answers where hosts and policies stand.</summary>
internal sealed class StatusQueries(StatusBoard board, HostConnections connections, TransitionLog log, RevisionLog revisions, Publisher publisher)
{
    /// <summary>The newest status of hosts: those that are, and those that were refused.</summary>
    public StatusResponse Status(StatusRequest request, PeerIdentity caller)
    {
        var state = publisher.Current;
        var response = new StatusResponse { Revision = state.Revision.Number };
        var entries = board.All().ToDictionary(entry => entry.Host);
        // A host that was deleted and has left is no part of the fleet; who asks for it by name is still told.
        var reporting = entries.Keys.Where(host => request.Host.Length > 0 || entries[host].State != HostState.Disconnected);
        foreach (var host in state.Hosts.Keys.Union(reporting).Where(host => Means(request.Host, host) && caller.May(Role.Viewer, host.Namespace)).Order())
        {
            var served = state.For(host);
            var wanted = served.DigestOf(host);
            var report = AdminMapping.ToWire(host, entries.GetValueOrDefault(host), wanted is null ? Revision.Zero : served.Revision, wanted ?? default);
            if (state.Hosts.TryGetValue(host, out var key) && state.Quarantined.TryGetValue(key, out var since))
                report.Quarantine = Order(since);
            response.Hosts.Add(report);
        }

        return response.Hosts.Count > 0 || request.Host.Length == 0 ? response : throw NoHost(request.Host);
    }

    /// <summary>Transitions of a host, oldest first.</summary>
    public StatusHistoryResponse History(StatusHistoryRequest request, PeerIdentity caller)
    {
        Callers.Require(caller, Role.Viewer, request.Namespace);
        var response = new StatusHistoryResponse();
        response.Transitions.AddRange(log.Of(new(request.Namespace, request.Name), ResourceQueries.Limit(request.Limit)).Select(AdminMapping.ToWire));
        return response;
    }

    /// <summary>How far policies are realized on the hosts that depend on them.</summary>
    public PolicyStatusResponse PolicyStatus(PolicyStatusRequest request, PeerIdentity caller)
    {
        var state = publisher.Current;
        var response = new PolicyStatusResponse();
        var asked = request.Key is null ? null : AdminMapping.FromWire(request.Key).ToHashSet();
        response.Policies.AddRange(PolicySpans.Of(state, board, asked).Where(span => caller.May(Role.Viewer, span.Policy.Namespace)).Select(span =>
        {
            var realization = new PolicyRealization { Key = AdminMapping.ToWire(span.Policy), Span = span.Hosts, Realized = span.Hosts - span.Missing.Count };
            realization.Missing.AddRange(span.Missing.Select(host => host.ToString()));
            return realization;
        }));
        return response.Policies.Count > 0 || asked is null
            ? response
            : throw new RpcException(new(StatusCode.NotFound, $"there is no policy {asked.First()}"));
    }

    /// <summary>Tells hosts to try again what they refused or rolled back.</summary>
    public RetryResponse Retry(RetryRequest request, PeerIdentity caller)
    {
        var state = publisher.Current;
        var hosts = board.All()
            .Where(entry => request.Host.Length == 0 ? entry.State is HostState.Failed or HostState.RolledBack : Means(request.Host, entry.Host))
            .Where(entry => caller.May(Role.Editor, entry.Host.Namespace))
            .Select(entry => entry.Host)
            .ToList();
        if (hosts.Count == 0 && request.Host.Length > 0)
            throw NoHost(request.Host);
        return new() { Hosts = hosts.Count(host => connections.Send(host, new() { Retry = new() { Revision = state.For(host).Revision.Number } })) };
    }

    // The log is asked for the few hosts that are cut off, so that the state need not carry who said so.
    private RevisionEntry Order(Revision revision)
    {
        var entry = revisions.From(revision, 1) is [var record, ..] ? AdminMapping.ToWire(record) : new() { Revision = revision.Number };
        entry.Changes.Clear();
        return entry;
    }

    private static bool Means(string asked, HostName host) => asked.Length == 0 || asked == host.ToString() || asked == host.Name;

    private static RpcException NoHost(string asked) => new(new(StatusCode.NotFound, $"there is no host '{asked}'; expected namespace/name or name"));
}
