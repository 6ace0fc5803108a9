using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>One rule of a Calico policy.</summary>
internal sealed record CalicoRule(Verdict Action, EntityRule From, EntityRule To, EquatableArray<TrafficMatch>? Traffic, SourcePosition Place)
{
    private static readonly Field<Verdict> ActionField = Field.Required(
        "action",
        Values.OneOf(("Allow", Verdict.Allow), ("Deny", Verdict.Deny), ("Pass", Verdict.Pass), ("Log", Verdict.Log)),
        "Pass leaves it to the next tier, Log goes on with the next rule");

    private static readonly Field<EntityRule> Source = Field.Optional("source", EntityRule.Type, "absent is any");
    private static readonly Field<EntityRule> Destination = Field.Optional("destination", EntityRule.Type, "absent is any");

    private static readonly Field<HttpMatch> Http = Field.Optional(
        "http",
        new ObjectValue<HttpMatch>("methods and paths", [Field.Ignored("methods", "not seen at L3/L4"), Field.Ignored("paths", "not seen at L3/L4")], static _ => new()),
        "an ingress Allow rule with http never matches, with a warning; elsewhere refused");

    /// <summary>A rule of ingress.</summary>
    public static ValueType<CalicoRule> Ingress { get; } = Type(Direction.Inbound);

    /// <summary>A rule of egress.</summary>
    public static ValueType<CalicoRule> Egress { get; } = Type(Direction.Outbound);

    private sealed record HttpMatch;

    /// <summary>The Service that it names as the other end.</summary>
    public ServiceName? Service => From.Service ?? To.Service;

    /// <summary>The rule in the model: the other end is the peer, the own end the self.</summary>
    public PolicyRule ToRule(Direction direction, int index, string policyNamespace)
    {
        var (peer, self) = direction == Direction.Inbound ? (From, To) : (To, From);
        return new(Action, direction == Direction.Inbound ? $"ingress[{index}]" : $"egress[{index}]", Place)
        {
            Traffic = Traffic,
            Peers = peer.Service is not null ? [] : peer.ToMatch(policyNamespace) is { } match ? [match] : null,
            Service = peer.Service is { } service
                ? new(service.Namespace.Length > 0 ? service.Namespace : policyNamespace, service.Name, OnItsPorts: direction == Direction.Outbound)
                : null,
            Self = self.ToMatch(policyNamespace),
        };
    }

    private static ObjectValue<CalicoRule> Type(Direction direction) => new(
        "a rule with action, protocol, source and destination",
        [
            ActionField, RuleTraffic.Protocol, RuleTraffic.NotProtocol, RuleTraffic.IpVersion, RuleTraffic.IcmpField, RuleTraffic.NotIcmpField,
            Source, Destination, Http, Field.Ignored("metadata", "for people"),
        ],
        input => Build(input, direction));

    private static CalicoRule? Build(ObjectInput input, Direction direction)
    {
        var (source, destination) = (input.Read(Source) ?? EntityRule.None, input.Read(Destination) ?? EntityRule.None);
        if (direction == Direction.Inbound && destination.Service is not null)
            input.Error(Destination, "services in the destination of an ingress rule; expected them in its source, or in egress");
        if (direction == Direction.Outbound && source.Service is not null)
            input.Error(Source, "services in the source of an egress rule; expected them in its destination, or in ingress");
        var traffic = RuleTraffic.Read(input, source, destination);
        var action = input.ReadValue(ActionField);
        if (input.Read(Http) is not null)
        {
            CheckHttp(input, action, direction);
            traffic = [];
        }

        return action is { } verdict ? new(verdict, source, destination, traffic, input.Position) : null;
    }

    private static void CheckHttp(ObjectInput input, Verdict? action, Direction direction)
    {
        if (direction == Direction.Outbound)
            input.Error(Http, "http in an egress rule; expected it in ingress rules alone");
        else if (action is not (null or Verdict.Allow))
            input.Error(Http, $"http on a rule that does not allow; expected action Allow, or no http");
        else if (input.ReadValue(RuleTraffic.Protocol) is { } protocol && protocol != IpProtocol.Tcp)
            input.Error(Http, $"http with protocol {protocol}; expected TCP, or no protocol");
        else
            input.Warning(Http, "requests are not seen at L3/L4, so the rule never matches");
    }
}
