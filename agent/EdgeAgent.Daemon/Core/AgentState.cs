using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>All that the agent knows and intends. Times count from its start.</summary>
public sealed record AgentState
{
    /// <summary>The most drift events that are remembered.</summary>
    public const int DriftMemory = 20;

    /// <summary>The limits of time.</summary>
    public CoreSettings Settings { get; init; } = new();

    /// <summary>What stays open now.</summary>
    public EquatableArray<Failsafe> Failsafes { get; init; }

    /// <summary>Whether the control plane gave the failsafes, or they are the host's own.</summary>
    public bool FailsafesGiven { get; init; }

    /// <summary>What is known of the addresses of names.</summary>
    public ResolvedNames Names { get; init; } = ResolvedNames.None;

    /// <summary>Name servers elsewhere that the agent asks.</summary>
    public EquatableArray<IpAddress> NameServers { get; init; }

    /// <summary>The names that are being kept resolved.</summary>
    public EquatableArray<string> NamesAsked { get; init; }

    /// <summary>Until when a new policy waits for the first answers about names that it grants; null where none does.</summary>
    public TimeSpan? NamesAwaited { get; init; }

    /// <summary>The newest policy that the host was told of, taken or not.</summary>
    public PolicyVersion? Target { get; init; }

    /// <summary>The policy that the kernel is to hold; null leaves the kernel as it is.</summary>
    public PolicyVersion? Wanted { get; init; }

    /// <summary>Whether the table is to be taken away, because the host's first policy is undone.</summary>
    public bool RemovalWanted { get; init; }

    /// <summary>What the kernel is proven to hold; null for nothing of ours.</summary>
    public Enforcement? Held { get; init; }

    /// <summary>The proof of it.</summary>
    public KernelProof? Proof { get; init; }

    /// <summary>The cost of the last update.</summary>
    public ApplyTime ApplyTime { get; init; }

    /// <summary>The confirmation that the held policy waits for.</summary>
    public Confirmation? Confirmation { get; init; }

    /// <summary>The last policy after which the control plane was heard, which undoing goes back to; null for none.</summary>
    public PolicyVersion? Confirmed { get; init; }

    /// <summary>The policy that is not taken.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>The policy that an operator insists on, or that was in force when the agent started; null for none.</summary>
    public Digest? Forced { get; init; }

    /// <summary>Why what was sent last is not believed; null for what is. The policy before stays.</summary>
    public string? Disbelief { get; init; }

    /// <summary>What went wrong lately with the kernel; null for nothing.</summary>
    public string? Trouble { get; init; }

    /// <summary>What went wrong lately with the disk; null for nothing.</summary>
    public string? CacheProblem { get; init; }

    /// <summary>The job that runs.</summary>
    public KernelJob? Running { get; init; }

    /// <summary>The earliest time for the next attempt to apply.</summary>
    public TimeSpan ApplyNotBefore { get; init; }

    /// <summary>When the kernel is to be compared because something happened; null for no reason.</summary>
    public TimeSpan? CheckDue { get; init; }

    /// <summary>Who changed something, and when, if a notification came since the last comparison.</summary>
    public (Culprit Culprit, TimeSpan At)? Suspect { get; init; }

    /// <summary>When the kernel is to be compared whatever happens.</summary>
    public TimeSpan NextVerify { get; init; }

    /// <summary>When the status is to be reported whatever happens.</summary>
    public TimeSpan NextReport { get; init; }

    /// <summary>The newest drift events, oldest first.</summary>
    public EquatableArray<DriftEvent> Drift { get; init; }

    /// <summary>Repairs since the agent started.</summary>
    public long Repairs { get; init; }

    /// <summary>Times of the newest repairs, at most as many as are done at once.</summary>
    public EquatableArray<TimeSpan> RepairTimes { get; init; }

    /// <summary>Times of the newest comparisons that a foreign change caused, whether anything was to be repaired or not; as many.</summary>
    public EquatableArray<TimeSpan> AlarmTimes { get; init; }

    /// <summary>How long the last of them took.</summary>
    public TimeSpan AlarmTook { get; init; }

    /// <summary>Whether foreign changes come so often that they are not looked at one by one.</summary>
    public bool Paced { get; init; }

    /// <summary>Whether somebody changes our table so often that repairs are slowed down.</summary>
    public bool Storm { get; init; }

    /// <summary>Whether the stream to the control plane is open.</summary>
    public bool IsConnected { get; init; }

    /// <summary>Why it is not; null while it is, or before the first attempt.</summary>
    public string? ConnectionProblem { get; init; }

    /// <summary>What a purge left behind; null unless the host was purged while the agent ran.</summary>
    public string? DetachedBy { get; init; }

    /// <summary>The newest revision that the host was told of.</summary>
    public Revision TargetRevision => Refusal is { } refusal && refusal.Revision > (Target?.Revision ?? Revision.Zero) ? refusal.Revision : Target?.Revision ?? Revision.Zero;

    /// <summary>What the kernel is to hold; null leaves it as it is.</summary>
    public Enforcement? Intended => Wanted is not { } policy ? null
        : new(policy, policy.Policy.DomainSets.IsEmpty || policy.Policy.Mode == EnforcementMode.Quarantine ? Failsafes : EffectiveFailsafes.WithNameServers(Failsafes, NameServers), FailsafesGiven)
        {
            Names = Names.For(policy.Policy),
        };

    /// <summary>Whether the kernel must be changed to hold what is wanted.</summary>
    public bool ApplyPending => IsPending(namesToo: true);

    /// <summary>Whether nothing is known yet of a name that the wanted policy grants.</summary>
    internal bool LacksNames => Wanted is { Policy.DomainSets.IsEmpty: false } policy && policy.Policy.DomainNames.Any(name => !Names.Has(name));

    private bool IsPending(bool namesToo) => !RemovalWanted && Intended is { } intended
        && (Held is null || Held.Policy != intended.Policy || Held.Failsafes != intended.Failsafes || (namesToo && !Held.Names.Equals(intended.Names)));

    /// <summary>When <see cref="Tick"/> is next of use.</summary>
    public TimeSpan NextWake
    {
        get
        {
            var next = NextReport;
            if (Running is null && DetachedBy is null)
            {
                if (Confirmation is not null)
                    next = Min(next, Confirmation.Deadline);
                if (ApplyPending || RemovalWanted)
                    next = Min(next, RemovalWanted || NamesAwaited is not { } answers || answers < ApplyNotBefore ? ApplyNotBefore : answers);
                if (Held is not null && !RemovalWanted)
                    next = Min(next, CheckDue is { } due ? Min(due, NextVerify) : NextVerify);
            }

            return next;
        }
    }

    /// <summary>Where the host stands, and why, in words.</summary>
    public (HostState State, string Reason) Standing => this switch
    {
        { DetachedBy: { } mark } => (HostState.Failed, $"{mark}; start the agent again to enforce"),
        { Disbelief: { } disbelief } => (HostState.Failed, disbelief),
        { Refusal: { } refusal } => (refusal.Kind == RefusalKind.RolledBack ? HostState.RolledBack : HostState.Failed, refusal.Reason),
        { Trouble: { } trouble } => (HostState.Failed, trouble),
        { Target: null } => (HostState.Unknown, FirstBoot.IsClosed(Held?.Policy) ? "no policy yet: closed except for failsafes until there is one" : "no policy yet"),
        { Held: { } held } when held.Policy == Target && !IsPending(namesToo: false) && !RemovalWanted => (HostState.Realized, Remarks),
        _ => (HostState.Applying, Remarks),
    };

    private string Remarks => string.Join("; ", new[] { Storm ? $"what is ours in the kernel is changed again and again, last by {new Culprit(Drift[^1].ProcessId, Drift[^1].ProcessName)}; repairs are slowed down" : null, CacheProblem }.OfType<string>());

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
