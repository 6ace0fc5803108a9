using System.Globalization;
using System.Text;

namespace EdgeAgent.Contracts;

/// <summary>
/// The digest of a host policy's meaning: mode, stages and the contents of its sets, not the revision,
/// so that a revision that changes nothing for a host changes nothing in its kernel.
/// </summary>
public static class HostPolicyDigest
{
    /// <summary>The digest, made of the digests of the policy's parts (<see cref="HostPolicySummary"/>).</summary>
    public static Digest Of(HostPolicy policy) => HostPolicySummary.Of(policy).Digest;

    /// <summary>The canonical text, one line for each rule and set; equal texts mean equal policies.</summary>
    public static string Text(HostPolicy policy)
    {
        var text = new StringBuilder();
        Line(text, 0, $"mode {policy.Mode}");
        Stages(text, "inbound", policy.Inbound);
        Stages(text, "outbound", policy.Outbound);
        Stages(text, "forward-in", policy.ForwardIn);
        Stages(text, "forward-out", policy.ForwardOut);
        foreach (var set in policy.Sets.Values)
            Line(text, 0, $"set {set.Id} {set.Digest}");
        foreach (var set in policy.PortSets.Values)
            Line(text, 0, $"ports {set.Id} {set.Digest}");
        foreach (var set in policy.DomainSets.Values)
            Line(text, 0, $"domains {set}");
        return text.ToString();
    }

    /// <summary>The canonical text of one branch.</summary>
    internal static string Text(Branch branch)
    {
        var text = new StringBuilder();
        Append(text, branch);
        return text.ToString();
    }

    private static void Stages(StringBuilder text, string name, EquatableArray<Stage> stages)
    {
        foreach (var stage in stages)
        {
            Line(text, 0, stage.Interface is { } match ? $"{name} interface {match}" : name);
            foreach (var branch in stage.Branches)
                Append(text, branch);
        }
    }

    private static void Append(StringBuilder text, Branch branch)
    {
        Line(text, 1, $"branch {branch.PeerSet ?? "*"}");
        foreach (var block in branch.Blocks)
        {
            Line(text, 2, $"block {block.End} {block.EndPolicy}");
            foreach (var rule in block.Rules)
                Line(text, 3, RuleText(rule));
        }
    }

    private static string RuleText(Rule rule)
    {
        var text = new StringBuilder(rule.Verdict.ToString());
        if (rule.Family is { } family)
            text.Append(CultureInfo.InvariantCulture, $" family {family}");
        if (rule.Protocol is { } protocol)
            text.Append(CultureInfo.InvariantCulture, $" protocol {(protocol.Negated ? "not " : "")}{protocol.Protocol}");
        if (rule.Icmp is { } icmp)
            text.Append(CultureInfo.InvariantCulture, $" icmp {(icmp.Negated ? "not " : "")}{icmp.Type}/{icmp.Code?.ToString(CultureInfo.InvariantCulture) ?? "*"}");
        List(text, "ports", rule.Ports);
        List(text, "source-ports", rule.SourcePorts);
        List(text, "peers", rule.PeerAnyOf);
        List(text, "not-peers", rule.PeerNoneOf);
        List(text, "peer-ports", rule.PeerPorts);
        List(text, "self", rule.SelfAnyOf);
        List(text, "not-self", rule.SelfNoneOf);
        return text.Append(CultureInfo.InvariantCulture, $" by {rule.Policy}").ToString();
    }

    private static void List<T>(StringBuilder text, string name, EquatableArray<T> items)
    {
        if (!items.IsEmpty)
            text.Append(CultureInfo.InvariantCulture, $" {name} {string.Join(',', items)}");
    }

    private static void Line(StringBuilder text, int depth, string line) => text.Append(' ', depth).Append(line).Append('\n');
}
