namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>Where the hosts stand that a rollout touches and has released.</summary>
internal sealed record RolloutMeasures
{
    /// <summary>How many there are.</summary>
    public int Hosts { get; init; }

    /// <summary>Those that are proven to hold the change.</summary>
    public int Realized { get; init; }

    /// <summary>Those that are connected, and neither realized nor in trouble yet.</summary>
    public int Pending { get; init; }

    /// <summary>Those that have been pending for longer than the rollout's patience: no wave waits for them.</summary>
    public int Late { get; init; }

    /// <summary>Those that the newest wave waits for: the pending ones, and those that have not been away for long.</summary>
    public int WaitedFor { get; init; }

    /// <summary>Those that refused the change or could not program it.</summary>
    public int Failed { get; init; }

    /// <summary>Those that undid the change because they lost the control plane after it.</summary>
    public int RolledBack { get; init; }

    /// <summary>Those that are connected and silent.</summary>
    public int Stale { get; init; }

    /// <summary>Those that have no connection.</summary>
    public int Disconnected { get; init; }

    /// <summary>Flows that they denied since their release, which the change denies and the policy before it allows.</summary>
    public int Denied { get; init; }

    /// <summary>Some of the hosts that are not as they should be, and what is wrong.</summary>
    public IReadOnlyList<(HostName Host, string What)> Problems { get; init; } = [];
}
