namespace EdgeAgent.Benchmarks;

/// <summary>How a fleet of simulated agents is put on a control plane.</summary>
internal sealed record LoadOptions
{
    /// <summary>How many agents.</summary>
    public int Agents { get; init; } = 10_000;

    /// <summary>How often a policy of all changes before anything is measured.</summary>
    public int WarmUp { get; init; } = 30;

    /// <summary>How often each kind of change is made.</summary>
    public int Rounds { get; init; } = 10;

    /// <summary>How many status reports all agents together send each second while memory is watched.</summary>
    public int ReportsPerSecond { get; init; } = 1_000;

    /// <summary>For how long memory is watched.</summary>
    public TimeSpan Watched { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether agents ask for TLS sessions to be resumed.</summary>
    public bool Resumption { get; init; } = true;

    /// <summary>Whether the control plane ends by SIGKILL instead of SIGTERM before the storm.</summary>
    public bool Kill { get; init; }

    /// <summary>How long anything may take before it counts as hung.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Told how it goes on, in words.</summary>
    public Action<string> Progress { get; init; } = _ => { };
}
