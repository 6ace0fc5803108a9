using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>Where a rollout stands.</summary>
internal enum RolloutState
{
    /// <summary>Waves follow each other while the gate holds.</summary>
    Running = 1,

    /// <summary>Somebody holds it where it is.</summary>
    Paused = 2,

    /// <summary>All hosts have the change.</summary>
    Completed = 3,

    /// <summary>The gate did not hold: the change was taken back.</summary>
    Failed = 4,

    /// <summary>Somebody stopped it: the change was taken back.</summary>
    Aborted = 5,
}

/// <summary>A change that reaches the fleet in waves, as the store keeps it. At most one is under way.</summary>
/// <param name="Id">The revision of the change; what the rollout is called by.</param>
/// <param name="At">When it began.</param>
/// <param name="Author">Who began it.</param>
/// <param name="Note">Why.</param>
/// <param name="Waves">Its waves, in order; the last includes all hosts.</param>
/// <param name="Soak">How long a wave is watched after its hosts hold the change.</param>
/// <param name="Gate">What must hold of the released hosts.</param>
internal sealed record RolloutRow(Revision Id, DateTimeOffset At, string Author, string Note, EquatableArray<Wave> Waves, TimeSpan Soak, Gate Gate)
{
    /// <summary>Long enough for a machine to start anew.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromMinutes(5);

    /// <summary>How long a wave waits for a host that is connected and does not come to the change, or that went away.</summary>
    public TimeSpan Patience { get; init; } = UsualPatience;

    /// <summary>Where it stands.</summary>
    public RolloutState State { get; init; } = RolloutState.Running;

    /// <summary>How many of the waves are released.</summary>
    public int Released { get; init; } = 1;

    /// <summary>When the hosts of the newest wave held the change; null while some are pending.</summary>
    public DateTimeOffset? Settled { get; init; }

    /// <summary>The revision that ended it; null while it is under way.</summary>
    public Revision? Ended { get; init; }

    /// <summary>Why it is paused or ended.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whether its newest wave is the last.</summary>
    public bool IsInLastWave => Released == Waves.Count;

    /// <summary>What messages call it, with how far it is.</summary>
    public string InWords => Statements.Storable($"rollout {Id} by {Author}, wave {Released} of {Waves.Count}{(State == RolloutState.Paused ? ", paused" : "")}");
}
