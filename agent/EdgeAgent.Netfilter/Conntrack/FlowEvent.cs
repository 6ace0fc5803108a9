namespace EdgeAgent.Netfilter;

/// <summary>What happened to a tracked connection.</summary>
/// <param name="Kind">What.</param>
/// <param name="Flow">The connection; of what the kernel does not say in an event, such as its mark when it has none, the default.</param>
public sealed record FlowEvent(FlowEventKind Kind, Flow Flow);

/// <summary>Kinds of <see cref="FlowEvent"/>.</summary>
public enum FlowEventKind
{
    /// <summary>Its first packet passed all rules.</summary>
    New,

    /// <summary>Its state, its mark or something else of it changed.</summary>
    Updated,

    /// <summary>It is tracked no more: it ended, fell silent for too long, or somebody removed it.</summary>
    Gone,
}
