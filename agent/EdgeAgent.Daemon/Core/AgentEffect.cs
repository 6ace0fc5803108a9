using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Something to do.</summary>
public abstract record AgentEffect;

/// <summary>Begin a job; its <see cref="JobOutcome"/> comes back as an event.</summary>
public sealed record StartJob(KernelJob Job) : AgentEffect;

/// <summary>The policy on disk is confirmed: what was kept to go back to is not needed any more.</summary>
/// <param name="Policy">The policy.</param>
public sealed record KeepConfirmed(PolicyVersion Policy) : AgentEffect;

/// <summary>Keep a refusal on disk, or forget it.</summary>
public sealed record KeepRefusal(Refusal? Refusal) : AgentEffect;

/// <summary>Keep these names resolved, and no others.</summary>
public sealed record AskNames(EquatableArray<string> Names) : AgentEffect;

/// <summary>Report the status now.</summary>
public sealed record Report : AgentEffect;

/// <summary>How much a line of the log matters.</summary>
public enum Gravity
{
    /// <summary>As expected.</summary>
    Info,

    /// <summary>Somebody should look.</summary>
    Warning,

    /// <summary>Somebody must look.</summary>
    Error,
}

/// <summary>Say something in the log.</summary>
public sealed record Announce(Gravity Gravity, string Text) : AgentEffect;
