using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>A packet that a rule sent to a log group.</summary>
public sealed record LoggedPacket
{
    /// <summary>The rule's prefix.</summary>
    public required string Prefix { get; init; }

    /// <summary>Where the rule met it: on the way in, through or out.</summary>
    public required Hook Hook { get; init; }

    /// <summary>The index of the interface that it came in by; 0 if it did not.</summary>
    public required uint InputInterface { get; init; }

    /// <summary>The index of the interface that it was to leave by; 0 if none.</summary>
    public required uint OutputInterface { get; init; }

    /// <summary>What its headers say.</summary>
    public required PacketHeaders Headers { get; init; }

    /// <summary>The user whose process sent it, for packets on the way out; null if unknown.</summary>
    public uint? UserId { get; init; }
}
