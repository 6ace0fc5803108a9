using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Verdicts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output;

/// <summary>Verdicts in words.</summary>
internal static class VerdictText
{
    /// <summary><c>TCP/9080</c>, <c>ICMP/8</c>.</summary>
    public static string Traffic(Probe probe) => (probe.Protocol.HasPorts, probe.IcmpType, probe.IcmpCode) switch
    {
        (true, _, _) => $"{probe.Protocol}/{probe.Port}",
        (_, { } type, { } code) => $"{probe.Protocol}/{type}/{code}",
        (_, { } type, null) => $"{probe.Protocol}/{type}",
        _ => probe.Protocol.ToString(),
    };

    /// <summary>The verdict of one end and what decides it.</summary>
    public static string End(EndAnswer end) => $"{VerdictJson.Word(end.Allowed)}, {Deciding(end)}{(end.Note.Length > 0 ? $" ({end.Note})" : "")}";

    /// <summary>The rule that decides.</summary>
    public static string Deciding(EndAnswer end) => (end.Policy, end.Rule) switch
    {
        ("", _) => "no policy decides",
        (var policy, "") => $"end of {policy}",
        var (policy, rule) => $"{policy} {rule}",
    };
}
