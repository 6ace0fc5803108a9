using EdgeAgent.Contracts;
using Google.Protobuf;

namespace EdgeAgent.Wire;

/// <summary>Address sets and port sets, between wire and values.</summary>
public static class SetMapping
{
    /// <summary>To the wire, with content.</summary>
    public static V1.AddressSet ToWire(AddressSet set) => new() { Id = set.Id, Digest = set.Digest.Hex, Prefixes = PrefixListCodec.Encode(set.Prefixes) };

    /// <summary>From the wire; a set without content is taken from those that the host holds, by digest.</summary>
    /// <exception cref="WireFormatException">The content does not have the digest, or is neither sent nor held.</exception>
    public static AddressSet FromWire(V1.AddressSet wire, Func<Digest, AddressSet?> held)
    {
        var digest = DigestFromWire(wire.Digest, $"set {wire.Id}");
        var set = wire.Prefixes is not null
            ? new AddressSet(wire.Id, PrefixListCodec.Decode(wire.Prefixes))
            : held(digest) is { } known ? known.Named(wire.Id) : throw new WireFormatException($"set {wire.Id}: neither content nor a digest that is held ({digest.Short})");
        return set.Digest == digest ? set : throw new WireFormatException($"set {wire.Id}: content has digest {set.Digest.Short}; expected {digest.Short}");
    }

    /// <summary>To the wire.</summary>
    public static V1.PortSet ToWire(PortSet set)
    {
        var wire = new V1.PortSet { Id = set.Id };
        wire.Members.AddRange(set.Members.Select(member => new V1.PortSetMember
        {
            Address = AddressToWire(member.Address),
            Protocol = member.Protocol.Number,
            Port = member.Port,
        }));
        return wire;
    }

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">A field is out of range.</exception>
    public static PortSet FromWire(V1.PortSet wire) => new(wire.Id, wire.Members.Select(member => new PortSetMember(
        AddressFromWire(member.Address),
        new(RuleMapping.ByteFromWire(member.Protocol, "protocol")),
        PortFromWire(member.Port))));

    /// <summary>To the wire.</summary>
    public static V1.DomainSet ToWire(DomainSet set)
    {
        var wire = new V1.DomainSet { Id = set.Id };
        wire.Names.AddRange(set.Names);
        return wire;
    }

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">A name is none, or not in its one form.</exception>
    public static DomainSet FromWire(V1.DomainSet wire)
    {
        if (wire.Names.FirstOrDefault(name => !DomainName.IsCanonical(name)) is { } bad)
            throw new WireFormatException($"set of names {wire.Id}: '{bad}' is no name; expected an absolute one in lower case");
        return new(wire.Id, wire.Names);
    }

    /// <summary>To the wire.</summary>
    public static V1.AddressSetChange ToWire(AddressSetChange change) =>
        new() { Id = change.Id, Added = PrefixListCodec.Encode(change.Added), Removed = PrefixListCodec.Encode(change.Removed) };

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">A list is malformed.</exception>
    public static AddressSetChange FromWire(V1.AddressSetChange wire) =>
        new(wire.Id, PrefixListCodec.Decode(wire.Added), PrefixListCodec.Decode(wire.Removed));

    /// <summary>4 or 16 bytes, network order.</summary>
    public static ByteString AddressToWire(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteTo(bytes);
        return ByteString.CopyFrom(bytes[..address.Bytes]);
    }

    /// <summary>From 4 or 16 bytes.</summary>
    /// <exception cref="WireFormatException">Another length.</exception>
    public static IpAddress AddressFromWire(ByteString wire) =>
        wire.Length is 4 or 16 ? IpAddress.FromBytes(wire.Span) : throw new WireFormatException($"an address of {wire.Length} bytes; expected 4 or 16");

    /// <summary>A port.</summary>
    /// <exception cref="WireFormatException">Above 65535.</exception>
    public static ushort PortFromWire(uint wire) =>
        wire <= ushort.MaxValue ? (ushort)wire : throw new WireFormatException($"port {wire}; expected 0 to 65535");

    /// <summary>A digest, or none for an empty text.</summary>
    /// <exception cref="WireFormatException">Neither.</exception>
    public static Digest DigestFromWire(string wire, string what) =>
        Digest.TryParse(wire, out var digest) ? digest : throw new WireFormatException($"{what}: '{wire}' is no digest; expected 64 hexadecimal digits");
}
