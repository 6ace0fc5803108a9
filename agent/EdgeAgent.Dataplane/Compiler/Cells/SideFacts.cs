using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What is known of a packet besides protocol, destination port and peer. Null stands for a value that no rule names.</summary>
/// <param name="Own">The host's own address.</param>
/// <param name="SourcePort">The source port.</param>
/// <param name="Icmp">The ICMP type and code.</param>
internal readonly record struct SideFacts(IpAddress? Own, ushort? SourcePort, (byte Type, byte Code)? Icmp)
{
    /// <summary>Whether a rule's side conditions hold.</summary>
    public bool Satisfy(Rule rule)
    {
        var (own, sourcePort) = (Own, SourcePort);
        return (rule.SelfAnyOf.IsEmpty || (own is { } self && rule.SelfAnyOf.Any(block => block.Contains(self))))
            && (own is not { } other || !rule.SelfNoneOf.Any(block => block.Contains(other)))
            && (rule.SourcePorts.IsEmpty || (sourcePort is { } port && rule.SourcePorts.Any(range => range.Contains(port))))
            && (rule.Icmp is not { } icmp || (Icmp is { } message ? icmp.Matches(message.Type, message.Code) : icmp.Negated));
    }
}
