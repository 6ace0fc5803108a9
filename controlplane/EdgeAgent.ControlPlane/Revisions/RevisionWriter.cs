using System.Diagnostics;
using System.Threading.Channels;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.ControlPlane.Storage;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>
/// The one writer: makes revisions one after the other, each worked out, stored, then published. Where another control plane wrote first,
/// its revisions are taken in and the work is done again on top of them.
/// </summary>
internal sealed partial class RevisionWriter : BackgroundService
{
    private const int MostAttempts = 10;
    private const int FollowPage = 64;

    private readonly Channel<RevisionWork> _work = Channel.CreateUnbounded<RevisionWork>(new() { SingleReader = true });
    private readonly RegistrationQueue _registrations;
    private readonly RevisionLog _log;
    private readonly RolloutTable _rollouts;
    private readonly Publisher _publisher;
    private readonly Telemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger<RevisionWriter> _logger;

    public RevisionWriter(RevisionLog log, RolloutTable rollouts, Publisher publisher, Telemetry telemetry, TimeProvider time, ILogger<RevisionWriter> logger)
    {
        (_log, _rollouts, _publisher, _telemetry, _time, _logger) = (log, rollouts, publisher, telemetry, time, logger);
        _registrations = new(publisher, () => _work.Writer.TryWrite(new RegistrationsDueWork()));
    }

    /// <summary>Makes a change; done when it is stored and published, or refused.</summary>
    /// <exception cref="StoreException">It could not be stored; nothing was changed.</exception>
    /// <exception cref="OperationCanceledException">The server stops; nothing was changed.</exception>
    public Task<ChangeOutcome> ChangeAsync(Func<FleetState, ChangeRequest> request) => Enqueue(new ChangeWork(request));

    /// <summary>Makes a revision of what is worked out from the newest state, or none where that is null; done when it is stored and published.</summary>
    /// <exception cref="StoreException">It could not be stored; nothing was changed.</exception>
    /// <exception cref="OperationCanceledException">The server stops; nothing was changed.</exception>
    public Task<T> StepAsync<T>(Func<FleetState, (RevisionStep? Step, T Result)> work) => Enqueue(new StepWork<T>(work));

    /// <summary>Takes in what a host says of itself; null if that is in force, else why it is not.</summary>
    /// <exception cref="StoreException">It could not be stored; nothing was changed.</exception>
    public async Task<string?> RegisterAsync(HostFacts facts, CancellationToken cancel) =>
        RegisteredHost.TryRead(facts, out var read, out var refusal) ? await Enqueue(new RegistrationWork(read)).WaitAsync(cancel) : refusal;

    /// <summary>Takes in what other control planes wrote.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public Task<bool> FollowAsync() => Enqueue(new FollowWork());

    /// <summary>Ends when the writer has come to it: it lives.</summary>
    public Task<bool> PingAsync() => Enqueue(new PingWork());

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _work.Reader.WaitToReadAsync(stoppingToken))
                await Task.Run(DoNext, CancellationToken.None);
        }
        finally
        {
            _work.Writer.TryComplete();
            _registrations.Dispose();
            while (_work.Reader.TryRead(out var left))
                left.Cancel();
        }
    }

    private Task<T> Enqueue<T>(RevisionWork<T> work)
    {
        if (!_work.Writer.TryWrite(work))
            work.Cancel();
        return work.Done;
    }

    private void DoNext()
    {
        if (!_work.Reader.TryRead(out var work))
            return;
        try
        {
            switch (work)
            {
                case ChangeWork change:
                    Change(change);
                    break;
                case IStepWork step:
                    step.Run(this);
                    break;
                case RegistrationWork registration:
                    _registrations.Add(registration);
                    RegisterDue();
                    break;
                case RegistrationsDueWork:
                    RegisterDue();
                    break;
                case FollowWork follow:
                    Follow();
                    follow.Succeed(true);
                    break;
                case PingWork ping:
                    ping.Succeed(true);
                    break;
            }
        }
        catch (Exception e)
        {
            if (e is not (StoreException or RpcException))
                LogFailed(e);
            work.Fail(e);
        }
    }

    private void Change(ChangeWork work)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var outcome = OnNewest(before =>
            {
                var request = work.Request(before);
                var plan = ChangePlan.Make(before, request);
                Commit(plan, request.Author, request.Note);
                return plan.Outcome;
            });
            _telemetry.Changed(outcome.Accepted, Stopwatch.GetElapsedTime(started));
            work.Succeed(outcome);
        }
        catch (StoreException)
        {
            _telemetry.ChangeFailed();
            throw;
        }
    }

    private void RegisterDue()
    {
        while (_work.Reader.TryPeek(out var next) && next is RegistrationWork && _work.Reader.TryRead(out next))
            _registrations.Add((RegistrationWork)next);
        if (_registrations.TakeDue() is { Count: > 0 } due)
            Register(due);
    }

    private void Register(IReadOnlyList<RegistrationWork> all)
    {
        try
        {
            var refused = OnNewest(before =>
            {
                // Of a host that came twice, what it said last counts.
                var meaningful = all.Select(work => work.Host).Where(host => before.Counts(host.Resource.Key)).GroupBy(host => host.Resource.Key, (_, same) => same.Last()).ToList();
                var (plan, refused) = RegistrationBatch.Plan(before, meaningful);
                Commit(plan, RegistrationBatch.AuthorOf(plan), RegistrationBatch.NoteOf(plan));
                if (!plan.Rows.IsEmpty)
                    _registrations.Rest();
                return refused;
            });
            foreach (var work in all)
                work.Succeed(refused.GetValueOrDefault(work.Host.Resource.Key));
        }
        catch (Exception e)
        {
            foreach (var work in all)
                work.Fail(e);
            throw;
        }
    }

    private T OnNewest<T>(Func<FleetState, T> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return work(_publisher.Current);
            }
            catch (StoreException e) when (e.Failure == StoreFailure.Behind && attempt < MostAttempts)
            {
                Follow();
            }
        }
    }

    // What is between is published to nobody: a change whose rollout failed since must not reach a host that it never reached.
    private void Follow()
    {
        var (first, state) = (_publisher.Current, _publisher.Current);
        while (_log.From(state.Revision.Next, FollowPage) is { Count: > 0 } page)
        {
            // Whoever was away for so long begins with what is in force.
            if (page.Any(record => record.IsPruned))
            {
                LogReloaded(state.Revision);
                state = RolloutRestore.Restore(_log.Database);
                continue;
            }

            foreach (var record in page)
            {
                state = RolloutRestore.Replay(state, record, _rollouts);
                LogFollowed(record.Revision, record.Author, record.Changes.Count);
            }
        }

        if (!ReferenceEquals(state, first))
            _publisher.Publish(state);
    }

    private void Commit(ChangePlan plan, string author, string note)
    {
        if (plan.Rows.IsEmpty)
            return;
        Commit(new RevisionStep(plan.After, plan.Rows, author, note));
        LogRevision(plan.After.Revision, author, plan.Rows.Count, plan.Outcome.HostsTouched);
    }

    private void Commit(RevisionStep step)
    {
        _log.Append(new(step.After.Revision, _time.GetUtcNow(), step.Author, step.Note, step.Rows), step.Also);
        _publisher.Publish(step.After);
    }

    private T Step<T>(Func<FleetState, (RevisionStep? Step, T Result)> work) => OnNewest(before =>
    {
        var (step, result) = work(before);
        if (step is null)
            return result;
        Commit(step);
        LogStep(step.After.Revision, step.Author, step.Note);
        return result;
    });

    [LoggerMessage(Level = LogLevel.Information, Message = "Revision {Revision} by {Author}: {Changes} changes, {Hosts} hosts touched")]
    private partial void LogRevision(Revision revision, string author, int changes, int hosts);

    [LoggerMessage(Level = LogLevel.Information, Message = "Revision {Revision} by {Author}: {Note}")]
    private partial void LogStep(Revision revision, string author, string note);

    [LoggerMessage(Level = LogLevel.Information, Message = "Revision {Revision} by {Author} at another control plane: {Changes} changes")]
    private partial void LogFollowed(Revision revision, string author, int changes);

    [LoggerMessage(Level = LogLevel.Information, Message = "Not all that follows revision {Revision} is kept any more; what is in force is read anew")]
    private partial void LogReloaded(Revision revision);

    [LoggerMessage(Level = LogLevel.Error, Message = "A change failed; the revision in force stays")]
    private partial void LogFailed(Exception exception);

    private interface IStepWork
    {
        void Run(RevisionWriter writer);
    }

    private sealed class ChangeWork(Func<FleetState, ChangeRequest> request) : RevisionWork<ChangeOutcome>
    {
        public Func<FleetState, ChangeRequest> Request { get; } = request;
    }

    private sealed class StepWork<T>(Func<FleetState, (RevisionStep? Step, T Result)> work) : RevisionWork<T>, IStepWork
    {
        public void Run(RevisionWriter writer) => Succeed(writer.Step(work));
    }

    private sealed class RegistrationsDueWork : RevisionWork<bool>;

    private sealed class FollowWork : RevisionWork<bool>;

    private sealed class PingWork : RevisionWork<bool>;
}
