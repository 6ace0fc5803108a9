using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests.Reading;

/// <summary>Addresses, blocks, ports and protocols.</summary>
internal static class NetworkValues
{
    /// <summary>The transport protocols of Kubernetes.</summary>
    public static ValueType<IpProtocol> TransportProtocol { get; } = Values.OneOf(("TCP", IpProtocol.Tcp), ("UDP", IpProtocol.Udp), ("SCTP", IpProtocol.Sctp));

    /// <summary>A port number.</summary>
    public static ValueType<int> Port { get; } = Values.Integer(1, 65535, "a port");

    /// <summary>A port's name.</summary>
    public static ValueType<string> PortName { get; } = Values.TextWhere(NameSyntax.PortName, static text => NameSyntax.IsPortName(text));

    /// <summary>A port by number or by name, as Kubernetes' IntOrString.</summary>
    public static ValueType<NumberOrName> PortOrName { get; } = new ScalarValue<NumberOrName>(
        $"a port from 1 to 65535, or {NameSyntax.PortName}",
        static (YamlScalar scalar, ReadContext context, out NumberOrName value) =>
        {
            value = default;
            if (scalar.Type == ScalarType.String)
            {
                if (!NameSyntax.IsPortName(scalar.Text))
                    return QuotedNumber(scalar, context);
                value = new(0, scalar.Text);
                return ScalarOutcome.Read;
            }

            var outcome = Values.ReadInteger(scalar, context, 1, 65535, out var number);
            value = new((ushort)number, "");
            return outcome;
        });

    /// <summary>An IP address that an endpoint may have.</summary>
    public static ValueType<IpAddress> Address { get; } = new ScalarValue<IpAddress>("an IPv4 or IPv6 address such as 10.0.0.6 or fd00::6", ReadAddress);

    /// <summary>A block with its length; host bits are masked, with a warning.</summary>
    public static ValueType<Cidr> Block { get; } = new ScalarValue<Cidr>(
        "an address block such as 10.0.0.0/24 or fd00::/64",
        static (YamlScalar scalar, ReadContext context, out Cidr value) => ReadBlock(scalar, context, needsLength: true, out value));

    /// <summary>A block, or an address that stands for itself; host bits are masked, with a warning.</summary>
    public static ValueType<Cidr> BlockOrAddress { get; } = new ScalarValue<Cidr>(
        "an address block such as 10.0.0.0/24 or fd00::/64, or an address",
        static (YamlScalar scalar, ReadContext context, out Cidr value) => ReadBlock(scalar, context, needsLength: false, out value));

    /// <summary>A name of the Domain Name System, absolute and whole; read in its one form.</summary>
    public static ValueType<string> Name { get; } = new ScalarValue<string>(
        "a name such as db.example.com",
        static (YamlScalar scalar, ReadContext context, out string? name) =>
        {
            name = null;
            if (scalar.Type != ScalarType.String)
                return ScalarOutcome.Mismatch;
            if (DomainName.TryParse(scalar.Text, out name, out var problem))
                return ScalarOutcome.Read;
            context.Error(scalar, $"{Quotation.Quoted(scalar.Text)}: {problem}");
            return ScalarOutcome.Reported;
        });

    private static ScalarOutcome QuotedNumber(YamlScalar scalar, ReadContext context)
    {
        if (!int.TryParse(scalar.Text, out var number) || number is < 1 or > 65535)
            return ScalarOutcome.Mismatch;
        context.Error(scalar, $"{scalar.Description} is a name here; expected the number without quotes, or {NameSyntax.PortName}");
        return ScalarOutcome.Reported;
    }

    private static ScalarOutcome ReadAddress(YamlScalar scalar, ReadContext context, out IpAddress address)
    {
        address = default;
        if (scalar.Type != ScalarType.String || !IpAddress.TryParse(scalar.Text, out address))
            return ScalarOutcome.Mismatch;
        if (AddressKinds.WhyNoEndpoint(address) is not { } why)
            return ScalarOutcome.Read;
        context.Error(scalar, $"{Quotation.Quoted(scalar.Text)} is {why}; expected an address that an endpoint can have");
        return ScalarOutcome.Reported;
    }

    private static ScalarOutcome ReadBlock(YamlScalar scalar, ReadContext context, bool needsLength, out Cidr block)
    {
        block = default;
        if (scalar.Type != ScalarType.String || !Cidr.TryParse(scalar.Text, out block, out var hadHostBits)
            || (needsLength && !scalar.Text.Contains('/', StringComparison.Ordinal)))
            return ScalarOutcome.Mismatch;
        if (hadHostBits)
            context.Warning(scalar, $"{scalar.Text} has bits set beyond its prefix and is read as {block}");
        return ScalarOutcome.Read;
    }
}

/// <summary>A port by number, or by name when that is not empty.</summary>
internal readonly record struct NumberOrName(ushort Number, string Name)
{
    /// <summary>Whether it is a name.</summary>
    public bool IsName => Name.Length > 0;
}
