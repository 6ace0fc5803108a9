using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using RolloutState = EdgeAgent.ControlPlane.Rollouts.RolloutState;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Shows rollouts, and takes orders about the one that is under way.</summary>
internal sealed class RolloutOrders(RolloutTable rollouts, RevisionWriter writer, Publisher publisher, ReleasedHosts hosts, TimeProvider time)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes sure that no rollout is under way: declared resources stay what they are until it has ended.</summary>
    /// <exception cref="RpcException">One is.</exception>
    public static void RequireNone(FleetState state)
    {
        if (state.Rollout is { Row: var row })
            throw new RpcException(new(StatusCode.FailedPrecondition, $"{row.InWords} is under way; expected it to end first ('edgectl rollout status' shows it, 'edgectl rollout abort' takes it back), or a draft ('edgectl apply --draft')"));
    }

    /// <summary>Holds the rollout, lets it go on, or ends it and takes its change back.</summary>
    public async Task<RolloutStatus> OrderAsync(OrderRolloutRequest request, Author author)
    {
        var note = ResourceChanges.Short(request.Note, ResourceChanges.LongestNote, "note");
        var reason = note.Length > 0 ? $"{author.Name}: {note}" : author.Name;
        var id = await writer.StepAsync(state =>
        {
            if (state.Rollout is not { Row: var row })
                throw new RpcException(new(StatusCode.FailedPrecondition, "no rollout is under way; nothing to order"));
            RequireRights(state, author.Caller);
            var isPaused = row.State == RolloutState.Paused;
            return request.Order switch
            {
                RolloutOrder.Pause => (isPaused ? null : RolloutSteps.Pause(state, true, author.Name, reason), row.Id),
                RolloutOrder.Resume => (isPaused ? RolloutSteps.Pause(state, false, author.Name, note) : null, row.Id),
                RolloutOrder.Abort => (RolloutSteps.TakeBack(state, RolloutState.Aborted, author.Name, reason, null), row.Id),
                _ => throw new RpcException(new(StatusCode.InvalidArgument, $"order {request.Order}; expected pause, resume or abort")),
            };
        });
        return Status(rollouts.Find(id)!, author.Caller);
    }

    /// <summary>Sends where a rollout stands, and each change of that until it has ended.</summary>
    public async Task WatchAsync(WatchRolloutRequest request, PeerIdentity caller, IServerStreamWriter<RolloutStatus> responses, CancellationToken cancel)
    {
        RolloutStatus? last = null;
        while (true)
        {
            var row = RpcFailures.Guard(() => request.Rollout == 0 ? rollouts.Newest() : rollouts.Find(new(request.Rollout)))
                ?? throw new RpcException(new(StatusCode.NotFound, request.Rollout == 0 ? "there was no rollout yet" : $"there is no rollout {request.Rollout}"));
            request.Rollout = row.Id.Number;
            var status = Status(row, caller);
            if (!status.Equals(last))
                await responses.WriteAsync(status, cancel);
            if (!request.Follow || row.Ended is not null)
                return;
            last = status;
            await Task.Delay(LookInterval, time, cancel);
        }
    }

    private RolloutStatus Status(RolloutRow row, PeerIdentity caller)
    {
        var state = publisher.Current;
        var measures = state.Rollout?.Row.Id == row.Id && row.Ended is null ? hosts.Measure(state) : null;
        return RolloutMapping.ToWire(row, measures, caller, time.GetUtcNow());
    }

    // Who could not have made the change cannot order it about.
    private static void RequireRights(FleetState state, PeerIdentity caller)
    {
        var before = state.Rollout!.Base;
        var refusals = state.Declared.Keys.Union(before.Declared.Keys)
            .Select(key => (key, Old: before.Declared.GetValueOrDefault(key)?.Resource, New: state.Declared.GetValueOrDefault(key)?.Resource))
            .Where(change => change.Old?.Text != change.New?.Text)
            .Select(change => ResourceRights.Refusal(caller, change.key, change.Old?.Model, change.New?.Model))
            .OfType<string>().Take(5).ToList();
        if (refusals.Count > 0)
            throw new RpcException(new(StatusCode.PermissionDenied, string.Join("; ", refusals)));
    }
}
