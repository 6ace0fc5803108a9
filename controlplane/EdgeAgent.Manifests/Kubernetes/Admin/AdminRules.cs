using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes.Admin;

/// <summary>One rule of a cluster-wide policy.</summary>
internal sealed record AdminRule(Verdict Action, EquatableArray<PeerMatch> Peers, EquatableArray<TrafficMatch>? Traffic, SourcePosition Source);

/// <summary>The dialects of cluster-wide policies: they differ in words and limits.</summary>
/// <param name="actions">The actions by name.</param>
/// <param name="portsField">The field that limits traffic.</param>
/// <param name="ports">The type of its items.</param>
/// <param name="atMost">How long each list may be.</param>
internal sealed class AdminRules(IReadOnlyList<(string, Verdict)> actions, string portsField, ValueType<TrafficMatch> ports, int atMost)
{
    private static readonly Field<string> Name = Field.Optional(
        "name", Values.TextWhere("a string of at most 100 characters", static text => text.Length <= 100), "for people");

    private readonly Field<Verdict> _action = Field.Required("action", Values.OneOf(actions), "the first rule that matches decides; Pass leaves it to the next tier");

    private readonly Field<IReadOnlyList<Located<TrafficMatch>>> _ports = Field.Optional(
        portsField, new ListValue<TrafficMatch>(ports, 1, atMost), "absent is any traffic");

    /// <summary>The field of ingress rules.</summary>
    public Field<IReadOnlyList<Located<AdminRule>>> Ingress() => Rules("ingress", "from", AdminPeers.Source);

    /// <summary>The field of egress rules.</summary>
    public Field<IReadOnlyList<Located<AdminRule>>> Egress() => Rules("egress", "to", AdminPeers.Destination);

    /// <summary>The side of a policy that the rules make; none without rules.</summary>
    public static PolicySide? Side(string direction, PeerMatch subject, IReadOnlyList<Located<AdminRule>> rules)
    {
        if (rules.Count == 0)
            return null;
        var read = rules.Select((rule, i) => new PolicyRule(rule.Value.Action, $"{direction}[{i}]", rule.Value.Source) { Peers = rule.Value.Peers, Traffic = rule.Value.Traffic });
        return new([subject], read.ToEquatableArray(), Isolates: false);
    }

    private Field<IReadOnlyList<Located<AdminRule>>> Rules(string name, string peersField, ValueType<PeerMatch> peer)
    {
        var peers = Field.Required(peersField, new ListValue<PeerMatch>(peer, 1, atMost), "the other end");
        var rule = new ObjectValue<AdminRule>($"an {name} rule with action, {peersField} and {portsField}", [Name, _action, peers, _ports], input => Build(input, peers));
        return Field.Optional(name, new ListValue<AdminRule>(rule, 0, atMost), $"rules in order; none leaves {name} alone");
    }

    private AdminRule? Build(ObjectInput input, Field<IReadOnlyList<Located<PeerMatch>>> peersField)
    {
        input.Read(Name);
        var action = input.ReadValue(_action);
        var (peers, traffic) = (input.ReadList(peersField), input.ReadList(_ports));
        if (peers.Any(peer => !peer.Value.Nets.IsEmpty))
        {
            foreach (var (_, node, context) in traffic.Where(port => port.Value.Ports is { Names.IsEmpty: false }))
                context.Error(node, "a named port beside networks, which declare no names; expected a number, or the networks in a rule of their own");
        }

        return action is null
            ? null
            : new(action.Value, peers.Select(peer => peer.Value).ToEquatableArray(), traffic.Count == 0 ? null : traffic.Select(port => port.Value).ToEquatableArray(), input.Position);
    }
}
