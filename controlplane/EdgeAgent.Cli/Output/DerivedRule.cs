using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output;

/// <summary>One derived rule in words.</summary>
internal sealed record DerivedRule(PolicyResource Policy, Direction Direction, PolicySide Side, PolicyRule Rule, bool IsSuggestion)
{
    /// <summary><c>ingress</c> or <c>egress</c>.</summary>
    public string DirectionWord => Direction == Direction.Inbound ? "ingress" : "egress";

    /// <summary><c>allow</c>: other languages may still deny; <c>deny</c>: final; <c>suggest</c>: not enforced.</summary>
    public string Effect => IsSuggestion ? "suggest" : Rule.Verdict == Verdict.Deny ? "deny" : "allow";

    /// <summary>The hosts that it is about.</summary>
    public string Hosts => Rule.Self is { IsAny: false } self ? Text(self) : Alternatives(Side.Subjects);

    /// <summary>The other ends.</summary>
    public string Peers => Rule.Peers is { } peers ? Alternatives(peers) : "any";

    /// <summary>Protocol and ports.</summary>
    public string Traffic => Rule.Traffic is { } traffic ? string.Join(" or ", traffic.Select(Text)) : "any";

    /// <summary>Kind, name and field of what it was derived from.</summary>
    public string Provenance => Rule.Label.Length == 0 ? $"{Policy.Key}" : $"{Policy.Key} {Rule.Label}";

    /// <summary><c>file:line:column</c>.</summary>
    public string Source => Rule.Source.ToString();

    private static string Alternatives(EquatableArray<PeerMatch> matches) => string.Join(" or ", matches.Select(Text));

    private static string Text(PeerMatch match)
    {
        var parts = new List<string>();
        if (match.Endpoints is { } endpoints)
            parts.Add(endpoints.ToString());
        if (!match.Names.IsEmpty)
            parts.Add(string.Join(',', match.Names));
        if (!match.Nets.IsEmpty)
            parts.Add(string.Join(',', match.Nets));
        if (match.NotEndpoints is { } others)
            parts.Add($"not {others}");
        if (!match.NotNets.IsEmpty)
            parts.Add($"not {string.Join(',', match.NotNets)}");
        return parts.Count == 0 ? "any" : string.Join(" and ", parts);
    }

    private static string Text(TrafficMatch traffic)
    {
        var protocol = traffic.Protocol is { } match ? match.Protocol.ToString() : "any";
        var ports = traffic.Ports is { } some ? $"/{string.Join(',', some.Ranges.Select(range => range.ToString()).Concat(some.Names))}" : "";
        return traffic.NotPorts is { } except ? $"{protocol}{ports} but {string.Join(',', except.Ranges)}" : $"{protocol}{ports}";
    }
}
