using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Sets and their members as ipset messages.</summary>
internal static class IpSetCodec
{
    private const string Addresses = "hash:ip", Blocks = "hash:net";

    // With comments and without what came later: hash:ip 2 (Linux 3.14), hash:net 2 (nomatch, Linux 3.1).
    private const byte Revision = 2;

    /// <summary>Begins every message: which protocol, and which set.</summary>
    internal static void WriteStart(MessageWriter message, string? set)
    {
        NetfilterHeader.Write(message, NetfilterHeader.Ipv4);
        message.PutByte(IpSetMessage.Attribute.Protocol, IpSetMessage.Protocol);
        if (set is not null)
            message.PutString(IpSetMessage.Attribute.SetName, set);
    }

    /// <summary>Makes a set.</summary>
    internal static void WriteCreate(MessageWriter message, string name, SetSchema schema, int expected, bool withComments)
    {
        WriteStart(message, name);
        message.PutString(IpSetMessage.Attribute.TypeName, schema.Intervals ? Blocks : Addresses);
        message.PutByte(IpSetMessage.Attribute.Revision, Revision);
        message.PutByte(IpSetMessage.Attribute.Family, schema.Key is [KeyField.Ipv4Address] ? NetfilterHeader.Ipv4 : NetfilterHeader.Ipv6);
        using var data = message.Nest(IpSetMessage.Attribute.Data);
        PutNumber(message, IpSetMessage.SetData.HashSize, BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(expected, 64, 1 << 20)));
        PutNumber(message, IpSetMessage.SetData.MaxElements, schema.Size);
        if (withComments)
            PutNumber(message, IpSetMessage.SetData.Flags, IpSetMessage.WithComment);
    }

    /// <summary>Writes one member.</summary>
    internal static void WriteMember(MessageWriter message, ElementTable members, int index)
    {
        using var data = message.Nest(IpSetMessage.Attribute.Data);
        WriteAddress(message, members.Key(index));
        if (members.Intervals)
            message.PutByte(IpSetMessage.MemberData.PrefixLength, (byte)PrefixLength(members.Key(index), members.LastKey(index)));
    }

    /// <summary>Writes the address of a member.</summary>
    internal static void WriteAddress(MessageWriter message, ReadOnlySpan<byte> address)
    {
        using var nest = message.Nest(IpSetMessage.MemberData.Address);
        message.Put((ushort)((address.Length == 4 ? IpSetMessage.MemberData.AddressV4 : IpSetMessage.MemberData.AddressV6) | IpSetMessage.NetworkOrder), address);
    }

    /// <summary>Reads a set's description.</summary>
    internal static IpSetHeader ReadHeader(NetlinkMessage message)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        var (name, type) = (row.Text(IpSetMessage.Attribute.SetName) ?? "", row.Text(IpSetMessage.Attribute.TypeName) ?? "");
        var data = row.Inside(IpSetMessage.Attribute.Data);
        var family = row.TryFind(IpSetMessage.Attribute.Family, out var found) ? found.AsByte() : (byte)0;
        var isOurs = type is Addresses or Blocks && family is NetfilterHeader.Ipv4 or NetfilterHeader.Ipv6
            && !data.Has(IpSetMessage.SetData.Timeout);
        return new(
            name,
            type,
            isOurs
                ? new SetSchema(name, SetKind.Set, [family == NetfilterHeader.Ipv4 ? KeyField.Ipv4Address : KeyField.Ipv6Address]) { Intervals = type == Blocks, Size = data.Number(IpSetMessage.SetData.MaxElements) ?? 0 }
                : null,
            BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(row.Bytes(IpSetMessage.Attribute.Data))));
    }

    /// <summary>Adds the members in a message of a listing to a table.</summary>
    /// <returns>False if one is of a kind that we do not write: with a timeout, or the opposite of a member.</returns>
    /// <exception cref="NetlinkException">EBADMSG: a member without an address of the set's family, or with an impossible prefix length.</exception>
    internal static bool ReadMembers(NetlinkMessage message, SetSchema schema, ElementTable.Builder into)
    {
        var plain = true;
        var list = message.Attributes(NetfilterHeader.Length).Inside(IpSetMessage.Attribute.Members);
        Span<byte> last = stackalloc byte[16];
        while (list.MoveNext())
        {
            if (list.Type != IpSetMessage.Attribute.Data)
                continue;
            var member = list.Nested();
            var address = Address(member);
            if (address.Length != schema.KeyLength)
                throw NetlinkException.Malformed($"a member of {schema.Name} has an address of {address.Length} bytes, expected {schema.KeyLength}");
            plain &= !member.Has(IpSetMessage.MemberData.Timeout) && !member.Has(IpSetMessage.MemberData.Flags);
            if (!schema.Intervals)
            {
                into.Add(address);
                continue;
            }

            var length = member.TryFind(IpSetMessage.MemberData.PrefixLength, out var found) ? found.AsByte() : address.Length * 8;
            if (length > address.Length * 8)
                throw NetlinkException.Malformed($"a member of {schema.Name} has the prefix length {length}");
            var end = last[..address.Length];
            address.CopyTo(end);
            for (var bit = length; bit < address.Length * 8; bit++)
                end[bit / 8] |= (byte)(0x80 >> (bit % 8));
            into.Add(address, end, null);
        }

        return plain;
    }

    /// <summary>The comment of the first member in a listing; null for none.</summary>
    internal static string? ReadComment(NetlinkMessage message)
    {
        var list = message.Attributes(NetfilterHeader.Length).Inside(IpSetMessage.Attribute.Members);
        return list.MoveNext() ? list.Nested().Text(IpSetMessage.MemberData.Comment) : null;
    }

    internal static void PutNumber(MessageWriter message, ushort type, uint value) => message.PutUInt32BigEndian((ushort)(type | IpSetMessage.NetworkOrder), value);

    private static ReadOnlySpan<byte> Address(AttributeReader member)
    {
        var address = member.Inside(IpSetMessage.MemberData.Address);
        var v4 = address.Bytes(IpSetMessage.MemberData.AddressV4);
        return v4.IsEmpty ? address.Bytes(IpSetMessage.MemberData.AddressV6) : v4;
    }

    private static int PrefixLength(ReadOnlySpan<byte> first, ReadOnlySpan<byte> last)
    {
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i] != last[i])
                return (i * 8) + BitOperations.LeadingZeroCount((uint)(first[i] ^ last[i])) - 24;
        }

        return first.Length * 8;
    }
}
