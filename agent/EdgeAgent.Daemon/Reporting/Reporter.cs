using System.Threading.Channels;
using EdgeAgent.Contracts;
using EdgeAgent.Netlink;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Puts what the core knows and what the kernel counts into a status, for the control plane and for <c>status.json</c>.</summary>
internal sealed class Reporter(
    AgentOptions options,
    StateDirectory directory,
    IDurableFiles files,
    KernelReadings readings,
    DeniedFlows denied,
    HostFactsReader facts,
    Outbox outbox,
    ServiceSupervisor supervisor,
    NameWatch names,
    EventQueue clock,
    ILogger<Reporter> log) : BackgroundService
{
    private readonly Channel<AgentState> _requests = Channel.CreateBounded<AgentState>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Asks for a report of a state; an older request that was not dealt with is dropped.</summary>
    internal void Request(AgentState state) => _requests.Writer.TryWrite(state);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var state in _requests.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
                Report(state);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private void Report(AgentState state)
    {
        var status = Status(state);
        outbox.Put(status);
        supervisor.Status($"{status.State}: revision {status.Realized} of {status.Target}{(state.IsConnected ? "" : ", control plane not connected")}{(status.Reason.Length > 0 ? $"; {status.Reason}" : "")}");
        try
        {
            files.ReplaceQuickly(directory.Status, StatusDocument.Of(status, state, string.Join(", ", options.ControlPlanes)).ToJson());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AgentLog.SideWorkFailed(log, "writing status.json", e.Message);
        }
    }

    private HostStatus Status(AgentState state)
    {
        var known = facts.Read();
        var (standing, reason) = state.Standing;
        var (counters, shadows, conntrack) = Read();
        return new()
        {
            Namespace = known.Namespace,
            Name = known.Name,
            At = clock.TimeOfDay,
            MachineId = known.MachineId,
            AgentVersion = known.AgentVersion,
            Kernel = known.Kernel,
            Backend = known.Backend,
            State = standing,
            Reason = reason,
            Target = state.TargetRevision,
            Realized = state.Held?.Policy.Revision ?? Revision.Zero,
            PolicyDigest = state.Held?.Policy.Digest ?? default,
            KernelDigest = state.Proof?.Digest ?? default,
            Rules = state.Proof?.Rules ?? 0,
            Sets = state.Proof?.Sets ?? 0,
            Elements = state.Proof?.Elements ?? 0,
            ApplyTime = state.ApplyTime,
            Drift = state.Drift,
            Repairs = state.Repairs,
            Counters = counters,
            Denied = denied.Read(),
            AlwaysOpen = (state.Intended?.Failsafes ?? state.Failsafes).Select(EffectiveFailsafes.InWords).Concat(EffectiveFailsafes.Permanent).ToEquatableArray(),
            ShadowedBy = shadows,
            Names = names.Statuses,
            ConntrackCount = conntrack.Entries,
            ConntrackMax = conntrack.Limit,
            CpuTime = Environment.CpuUsage.TotalTime,
            MemoryBytes = Environment.WorkingSet,
        };
    }

    private KernelReading Read()
    {
        try
        {
            return readings.Read();
        }
        catch (NetlinkException e)
        {
            AgentLog.SideWorkFailed(log, "reading counters", e.Message);
            return KernelReading.Nothing;
        }
    }
}
