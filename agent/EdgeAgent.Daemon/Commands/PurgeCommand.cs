using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>What a purge leaves in the kernel.</summary>
internal enum EndState
{
    /// <summary>No table of ours: the host is as open as others leave it.</summary>
    Open,

    /// <summary>A table that lets only failsafes pass.</summary>
    ClosedExceptFailsafe,

    /// <summary>The table as it is, which nobody keeps any more.</summary>
    Keep,
}

/// <summary>
/// <c>edgeagent purge</c>: ends the management of this host. The mark that it leaves is honoured by an agent that runs: from then on
/// that agent leaves the kernel alone, until it is started again. Where none runs nothing is left on the disk.
/// </summary>
internal static class PurgeCommand
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);

    internal static EndState ParseEndState(string text) => text switch
    {
        "open" => EndState.Open,
        "closed-except-failsafe" => EndState.ClosedExceptFailsafe,
        "keep" => EndState.Keep,
        _ => throw new BadInputException($"end state '{text}'; expected open, closed-except-failsafe or keep"),
    };

    internal static int Run(string stateDirectory, string endStateText, bool keepIdentity, TextWriter output)
    {
        var endState = ParseEndState(endStateText);
        var directory = StateDirectory.Open(stateDirectory);
        var files = new DurableFiles();
        var (cache, notes) = (new PolicyCache(directory, files), new StateNotes(directory, files));
        var failsafes = FailsafesOf(cache);

        // Whoever changes the kernel holds this lock and looks for the mark under it, so that nothing is written after us. An agent that
        // runs lets go of a table that is its own once it sees the mark.
        using (FileLock.Take(directory.KernelLock, LockPatience))
            notes.MarkPurged(endStateText, TimeProvider.System.GetUtcNow());
        AwaitRelease();
        using var alone = FileLock.Take(directory.KernelLock, LockPatience);
        using var backend = Backends.Open(notes.Backend() ?? BackendKind.Nftables);
        switch (endState)
        {
            case EndState.Open:
                backend.Remove();
                break;
            case EndState.ClosedExceptFailsafe:
                var closed = new Enforcement(PolicyVersion.Of(HostPolicy.Empty with { Mode = EnforcementMode.Quarantine }), failsafes);
                using (var adopter = new FlowAdopter(null))
                    backend.Establish(closed, lookFirst: true, () => adopter.Adopt());
                using (var flows = new FlowCutter(backend.DropsCutFlows, null))
                    flows.Cut(closed, everything: true);
                break;
            default:
                break;
        }

        cache.Forget();
        notes.KeepRefusal(null);
        if (!keepIdentity)
            Forget(files, directory.Identity, directory.EnrolmentKey);
        using var ended = FileLock.TryTake(directory.AgentLock);
        if (ended is null)
        {
            output.WriteLine($"purged, end state {endStateText}; the agent that runs leaves the kernel alone until it is started again, and keeps its status and the mark of this purge");
            return ExitCodes.Done;
        }

        Forget(files, directory.Status, directory.PurgeMark, directory.AgentLock, directory.KernelLock);
        if (endState == EndState.Open)
            Forget(files, directory.Backend);
        output.WriteLine($"purged, end state {endStateText}");
        return ExitCodes.Done;
    }

    private static void Forget(DurableFiles files, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
            files.Forget(path);
    }

    private static void AwaitRelease()
    {
        using var kernel = new NetfilterKernel();
        for (var started = Stopwatch.GetTimestamp(); kernel.Read().OwnerPort is not 0 and var port; Thread.Sleep(LockPause))
        {
            if (Stopwatch.GetElapsedTime(started) > LockPatience)
                throw new NetlinkException($"purge table inet {Ruleset.Table}", Errno.EPERM, $"it still belongs to another socket (port {port}): the service manager keeps it, or an agent with another state directory runs here; stop that service and purge again");
        }
    }

    // A damaged policy must not be in the way of a purge.
    private static EquatableArray<Failsafe> FailsafesOf(PolicyCache cache)
    {
        try
        {
            return cache.Load()?.InForce.Failsafes ?? Failsafe.Defaults;
        }
        catch (CorruptCacheException)
        {
            return Failsafe.Defaults;
        }
    }
}
