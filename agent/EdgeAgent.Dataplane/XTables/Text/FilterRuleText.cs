using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Rules in the words of <c>iptables-save</c>.</summary>
public static class FilterRuleText
{
    /// <summary>A rule without its chain: <c>-p tcp -m multiport --dports 9080 -g EDGEAGENT-in-tcp-9080</c>.</summary>
    public static string Of(FilterRule rule, IpFamily family) =>
        string.Join(' ', [.. Header(rule.Header), .. rule.Matches.Select(match => Match(match, family)), .. Comment(rule.Comment), .. Target(rule.Target)]);

    private static IEnumerable<string> Header(FilterHeader header)
    {
        if (header.Source is { } source)
            yield return $"-s {source}";
        if (header.Destination is { } destination)
            yield return $"-d {destination}";
        if (!header.InputInterface.IsAny)
            yield return $"{(header.InputInterface.Negated ? "! " : "")}-i {header.InputInterface.Name}";
        if (!header.OutputInterface.IsAny)
            yield return $"{(header.OutputInterface.Negated ? "! " : "")}-o {header.OutputInterface.Name}";
        if (header.Protocol is { } protocol)
            yield return $"-p {Words.Of(protocol)}";
    }

    private static string Match(FilterMatch match, IpFamily family) => match switch
    {
        StateMatch state => $"-m conntrack --ctstate {string.Join(',', States(state.States))}",
        MarkMatch mark => string.Create(CultureInfo.InvariantCulture, $"-m connmark --mark 0x{mark.Bit:x}/0x{mark.Bit:x}"),
        PortMatch ports => $"-m multiport --{(ports.Source ? "s" : "d")}ports {string.Join(',', ports.Ports.Select(Range))}",
        IcmpTypeMatch icmp => family == IpFamily.V4 ? $"-m icmp --icmp-type {Type(icmp)}" : $"-m icmp6 --icmpv6-type {Type(icmp)}",
        SetMatch set => $"-m set {(set.Inverted ? "! " : "")}--match-set {set.Set} {(set.Source ? "src" : "dst")}",
        RateMatch rate => string.Create(CultureInfo.InvariantCulture, $"-m limit --limit {rate.PacketsPerSecond}/sec --limit-burst {rate.Burst}"),
        _ => throw new ArgumentOutOfRangeException(nameof(match), match, "no such match"),
    };

    private static IEnumerable<string> Comment(string? comment) => comment is null ? [] : [$"-m comment --comment \"{comment}\""];

    private static IEnumerable<string> Target(FilterTarget target) => target switch
    {
        VerdictTarget { Verdict: FilterVerdict.Next } => [],
        VerdictTarget verdict => [$"-j {verdict.Verdict.ToString().ToUpperInvariant()}"],
        GotoTarget go => [$"-g {go.Chain}"],
        JumpTarget jump => [$"-j {jump.Chain}"],
        LogTarget log => [string.Create(CultureInfo.InvariantCulture, $"-j NFLOG --nflog-prefix \"{log.Prefix}\" --nflog-group {log.Group} --nflog-size {log.SnapLength} --nflog-threshold {log.QueueThreshold}")],
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "no such target"),
    };

    private static IEnumerable<string> States(ConntrackStates states) =>
        Enum.GetValues<ConntrackStates>().Where(state => state != ConntrackStates.None && states.HasFlag(state)).Select(state => state.ToString().ToUpperInvariant());

    private static string Range(PortRange range) =>
        range.First == range.Last ? range.First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{range.First}:{range.Last}");

    private static string Type(IcmpTypeMatch icmp) => (icmp.FirstCode, icmp.LastCode) switch
    {
        (0, byte.MaxValue) => icmp.Type.ToString(CultureInfo.InvariantCulture),
        var (first, last) when first == last => string.Create(CultureInfo.InvariantCulture, $"{icmp.Type}/{first}"),
        var (first, last) => string.Create(CultureInfo.InvariantCulture, $"{icmp.Type}/{first}-{last}"),
    };
}
