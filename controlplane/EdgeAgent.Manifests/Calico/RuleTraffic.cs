using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>Protocol, ICMP and family of a rule, and what they require of each other.</summary>
internal static class RuleTraffic
{
    private static readonly Field<int> IcmpType = Field.Optional("type", Values.Integer(0, 254), "absent is any type");
    private static readonly Field<int> IcmpCode = Field.Optional("code", Values.Integer(0, 255), "needs type; absent is any code");

    private static readonly ValueType<IcmpInput> Icmp = new ObjectValue<IcmpInput>("an ICMP type and code", [IcmpType, IcmpCode], ReadIcmp);

    /// <summary>The version of IP.</summary>
    public static readonly Field<IpFamily> IpVersion = Field.Optional(
        "ipVersion",
        new ScalarValue<IpFamily>("4 or 6", static (Documents.YamlScalar scalar, ReadContext context, out IpFamily family) =>
        {
            var outcome = Values.ReadInteger(scalar, context, 4, 6, out var version);
            family = (IpFamily)version;
            return version == 5 ? ScalarOutcome.Mismatch : outcome;
        }),
        "absent is both");

    /// <summary>The protocol.</summary>
    public static readonly Field<IpProtocol> Protocol = Field.Optional("protocol", CalicoValues.Protocol, "absent is any");

    /// <summary>A protocol that it is not.</summary>
    public static readonly Field<IpProtocol> NotProtocol = Field.Optional("notProtocol", CalicoValues.Protocol, "any but this");

    /// <summary>ICMP type and code.</summary>
    public static readonly Field<IcmpInput> IcmpField = Field.Optional("icmp", Icmp, "needs protocol ICMP or ICMPv6");

    /// <summary>ICMP type and code that it is not.</summary>
    public static readonly Field<IcmpInput> NotIcmpField = Field.Optional("notICMP", Icmp, "needs protocol ICMP or ICMPv6");

    /// <summary>A type and code; no type is any message.</summary>
    public sealed record IcmpInput(IcmpMatch? Match);

    /// <summary>What the rule says of traffic: alternatives, none when it can match nothing; null when it says nothing.</summary>
    public static EquatableArray<TrafficMatch>? Read(ObjectInput input, EntityRule source, EntityRule destination)
    {
        var (protocol, notProtocol, version) = (input.ReadValue(Protocol), input.ReadValue(NotProtocol), input.ReadValue(IpVersion));
        CheckPorts(protocol, source, "source", input);
        CheckPorts(protocol, destination, "destination", input);
        CheckIcmp(input, protocol, version);
        var families = RuleFamilies.Of(version, source, destination);
        if (families.Count == 0 || (protocol is not null && protocol == notProtocol))
        {
            input.Context.Warning(input.Mapping, "the rule's conditions exclude each other, so it matches no traffic");
            return [];
        }

        var match = new TrafficMatch
        {
            Family = families.Count == 1 ? families[0] : null,
            Protocol = protocol is { } only ? new(only, false) : notProtocol is { } but ? new(but, true) : null,
            SourcePorts = EntityRule.Join(source.Ports),
            NotSourcePorts = EntityRule.Join(source.NotPorts),
            Ports = EntityRule.Join(destination.Ports),
            NotPorts = EntityRule.Join(destination.NotPorts),
            Icmp = input.Read(IcmpField)?.Match,
            NotIcmp = input.Read(NotIcmpField)?.Match,
        };
        return match == TrafficMatch.Any ? null : [match];
    }

    private static void CheckPorts(IpProtocol? protocol, EntityRule entity, string side, ObjectInput input)
    {
        foreach (var (port, node, context) in entity.Ports.Concat(entity.NotPorts))
        {
            // UDPLite has ports, but Calico has no way to match them.
            if (protocol is { } given && !(given.HasPorts && given != IpProtocol.UdpLite))
                context.Error(node, $"a port, while the protocol is {given}; expected protocol TCP, UDP or SCTP");
            else if (protocol is null && port.Names.IsEmpty && !input.Has(Protocol))
                context.Error(node, $"a port number of the {side} without a protocol; expected protocol TCP, UDP or SCTP");
        }
    }

    private static void CheckIcmp(ObjectInput input, IpProtocol? protocol, IpFamily? version)
    {
        foreach (var field in new[] { IcmpField, NotIcmpField })
        {
            if (input.Has(field) && protocol is not { HasIcmpType: true })
                input.Error(field, $"{field.Name} without an ICMP protocol; expected protocol ICMP or ICMPv6");
        }

        foreach (var field in new[] { Protocol, NotProtocol })
        {
            var named = input.ReadValue(field);
            if (version is { } family && named is { HasIcmpType: true } icmp && (icmp == IpProtocol.Icmp) != (family == IpFamily.V4))
                input.Error(field, string.Create(CultureInfo.InvariantCulture, $"{icmp} with ipVersion {(int)family}; expected ipVersion {(icmp == IpProtocol.Icmp ? 4 : 6)}"));
        }
    }

    private static IcmpInput ReadIcmp(ObjectInput input)
    {
        var (type, code) = (input.ReadValue(IcmpType), input.ReadValue(IcmpCode));
        if (input.Has(IcmpCode) && !input.Has(IcmpType))
            input.Error(IcmpCode, "a code without a type; expected the type that it belongs to");
        return new(type is { } given ? new IcmpMatch((byte)given, (byte?)code, false) : null);
    }
}
