using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Native;

/// <summary>BookendPolicy of edgeagent.io/v1: one intent, of which the ingress and the egress half come.</summary>
internal static class BookendPolicyReader
{
    private static readonly Field<IReadOnlyList<Located<BookendPeer>>> From = Field.Optional(
        "from", new ListValue<BookendPeer>(BookendPeer.Type), "the sources; absent or empty is anybody");

    private static readonly Field<IReadOnlyList<Located<BookendPeer>>> To = Field.Required(
        "to", new ListValue<BookendPeer>(BookendPeer.Type, atLeast: 1), "the destinations");

    private static readonly Field<IReadOnlyList<Located<TrafficMatch>>> Ports = Field.Optional(
        "ports", new ListValue<TrafficMatch>(BookendPort.Type), "the destination's ports; absent or empty is any traffic");

    private static readonly Field<Verdict> Action = Field.Optional(
        "action", Values.OneOf(("Allow", Verdict.Allow), ("Deny", Verdict.Deny)), "absent is Allow; among policies of one order Deny comes first");

    private static readonly Field<PolicyMode> Mode = Field.Optional(
        "mode", Values.OneOf(("Enforce", PolicyMode.Enforce), ("Audit", PolicyMode.Audit)), "absent is Enforce; Audit counts and logs, and neither grants nor isolates");

    private static readonly Field<Isolation> Isolate = Field.Optional(
        "isolate",
        Values.OneOf(("To", Isolation.To), ("Both", Isolation.Both), ("None", Isolation.None)),
        "what is closed but for grants: the ingress of to (default of Allow), the egress of from as well, or nothing (default of Deny)");

    private static readonly Field<double> Order = Field.Optional(
        "order", Values.Number, "the place among policies of the default tier, lower first; absent is 1000, where Kubernetes' policies are");

    private static readonly Field<Intent> Spec = Field.Required(
        "spec", new ObjectValue<Intent>("the spec of a BookendPolicy", [From, To, Ports, Action, Mode, Isolate, Order], ReadSpec), "who may, or may not, reach whom");

    private enum Isolation
    {
        To,
        Both,
        None,
    }

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Native,
        [NativeKinds.ApiVersion],
        "BookendPolicy",
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, Field.Ignored("status", "what the control plane reports")],
        static input => input.Root.Read(Spec) is { } intent ? ToPolicy(input, intent) : null);

    private sealed record Intent(
        IReadOnlyList<BookendPeer> From,
        IReadOnlyList<BookendPeer> To,
        EquatableArray<TrafficMatch>? Traffic,
        Verdict Action,
        PolicyMode Mode,
        Isolation Isolate,
        double Order,
        SourcePosition Source);

    private static Intent ReadSpec(ObjectInput input)
    {
        var (from, to, ports) = (input.ReadList(From), input.ReadList(To), input.ReadList(Ports));
        var action = input.ReadValue(Action) ?? Verdict.Allow;
        var isolate = input.ReadValue(Isolate) ?? (action == Verdict.Deny ? Isolation.None : Isolation.To);
        if (action == Verdict.Deny && isolate != Isolation.None)
            input.Error(Isolate, "a Deny grants nothing and so isolates nothing; expected None, or no isolate");
        if (isolate == Isolation.Both && from.Count == 0)
            input.Error(Isolate, "isolate Both without from would close the egress of every host; expected the sources in from");
        foreach (var (_, node, context) in from.Concat(to).Where(peer => action == Verdict.Deny && peer.Value.IsByName))
            context.Error(node, "a Deny by domains would leave open what a name does not resolve to, or not yet; expected the addresses in cidrs, or an Allow of what may be reached");
        if (from.Any(peer => peer.Value.IsByName) && to.Any(peer => peer.Value.IsByName))
            input.Error(To, "domains in from and in to leave no host that could enforce it; expected hosts at one end");
        foreach (var (peer, node, context) in to)
        {
            if (isolate != Isolation.None && peer.Blocks is { } blocks && blocks.Nets.Any(net => net.Length == 0))
                context.Warning(node, "closes the ingress of every host of the family, since to is isolated; write isolate: None to grant without closing");
        }

        return new(
            [.. from.Select(peer => peer.Value)],
            [.. to.Select(peer => peer.Value)],
            ports.Count == 0 ? null : ports.Select(port => port.Value).ToEquatableArray(),
            action,
            input.ReadValue(Mode) ?? PolicyMode.Enforce,
            isolate,
            input.ReadValue(Order) ?? BuiltInTiers.KubernetesOrder,
            input.Position);
    }

    private static PolicyResource ToPolicy(ResourceInput input, Intent intent)
    {
        // Names are the other end, never the host that enforces.
        EquatableArray<PeerMatch> Hosts(IReadOnlyList<BookendPeer> peers) => peers.Where(peer => !peer.IsByName).Select(peer => peer.In(input.Key.Namespace)).ToEquatableArray();
        var from = intent.From.Select(peer => peer.In(input.Key.Namespace)).ToEquatableArray();
        var to = intent.To.Select(peer => peer.In(input.Key.Namespace)).ToEquatableArray();
        PolicyRule Rule(string label, EquatableArray<PeerMatch> peers) => new(intent.Action, label, intent.Source)
        {
            Traffic = intent.Traffic,
            Peers = peers.IsEmpty ? null : peers,
        };
        return new(input.Key, input.Source)
        {
            Order = intent.Order,
            PrecedesEquals = intent.Action == Verdict.Deny,
            Mode = intent.Mode,
            Ingress = new(Hosts(intent.To), [Rule("from", from)], intent.Isolate != Isolation.None),
            Egress = new(from.IsEmpty ? [PeerMatch.Any] : Hosts(intent.From), [Rule("to", to)], intent.Isolate == Isolation.Both),
        };
    }
}
