using System.Runtime.InteropServices;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>Match extensions of rules as bytes: struct xt_entry_match, then the extension's own structure, both in units of eight bytes.</summary>
internal static class MatchCodec
{
    private const string Conntrack = "conntrack", Multiport = "multiport", Icmp = "icmp", IcmpV6 = "icmp6", Set = "set", Limit = "limit", Comment = "comment", Connmark = "connmark";
    private const int ConntrackLength = 168, MultiportLength = 48, IcmpLength = 8, SetLength = 8, LongSetLength = 48, LimitLength = 40, CommentLength = 256, ConnmarkLength = 16;
    private const int ConntrackFlags = 146, ConntrackInverted = 148, ConntrackStateMask = 150;
    private const ushort ConntrackLooksAtState = 1;
    private const int MultiportRanges = 32, MultiportInverted = 47;
    private const byte SetLooksAtSource = 2, SetInverted = 1;

    /// <summary>The extensions and revisions that rules of ours are made of.</summary>
    internal static IReadOnlyList<(string Name, byte Revision)> Needed(IpFamily family) =>
        [(Connmark, 1), (Conntrack, 3), (Multiport, 1), (family == IpFamily.V4 ? Icmp : IcmpV6, 0), (Set, 1), (Limit, 0), (Comment, 0)];

    /// <summary>
    /// The revisions in which we know how to look at sets, the one that iptables would choose first: it lists no others. The later ones can
    /// look at counters too, which we do not.
    /// </summary>
    internal static IReadOnlyList<byte> SetRevisions { get; } = [4, 3, 1];

    /// <summary>What <see cref="SetRevisions"/> are revisions of.</summary>
    internal const string SetMatchName = Set;

    /// <summary>A match as bytes.</summary>
    /// <param name="match">The match.</param>
    /// <param name="family">The table's family.</param>
    /// <param name="setNumber">The kernel's number of a set.</param>
    /// <param name="setRevision">The revision in which sets are looked at, one of <see cref="SetRevisions"/>.</param>
    internal static byte[] Write(FilterMatch match, IpFamily family, Func<string, ushort> setNumber, byte setRevision)
    {
        switch (match)
        {
            case StateMatch state:
                var conntrack = Begin(Conntrack, 3, ConntrackLength, out var bytes);
                MemoryMarshal.Write(conntrack[ConntrackFlags..], ConntrackLooksAtState);
                MemoryMarshal.Write(conntrack[ConntrackStateMask..], (ushort)state.States);
                return bytes;
            case MarkMatch mark:
                var connmark = Begin(Connmark, 1, ConnmarkLength, out bytes);
                MemoryMarshal.Write(connmark, mark.Bit);
                MemoryMarshal.Write(connmark[4..], mark.Bit);
                return bytes;
            case PortMatch ports:
                WritePorts(Begin(Multiport, 1, MultiportLength, out bytes), ports);
                return bytes;
            case IcmpTypeMatch icmp:
                var type = Begin(family == IpFamily.V4 ? Icmp : IcmpV6, 0, IcmpLength, out bytes);
                (type[0], type[1], type[2]) = (icmp.Type, icmp.FirstCode, icmp.LastCode);
                return bytes;
            case SetMatch look:
                var set = Begin(Set, setRevision, setRevision == 1 ? SetLength : LongSetLength, out bytes);
                MemoryMarshal.Write(set, setNumber(look.Set));
                set[2] = 1;
                set[3] = (byte)((look.Source ? SetLooksAtSource : 0) | (look.Inverted ? SetInverted : 0));
                return bytes;
            case RateMatch rate:
                var limit = Begin(Limit, 0, LimitLength, out bytes);
                MemoryMarshal.Write(limit, RateMatch.Finest / rate.PacketsPerSecond);
                MemoryMarshal.Write(limit[4..], rate.Burst);
                return bytes;
            default:
                throw new ArgumentOutOfRangeException(nameof(match), match, "no such match");
        }
    }

    internal static byte[] WriteComment(string comment)
    {
        var text = Begin(Comment, 0, CommentLength, out var bytes);
        Encoding.UTF8.GetBytes(comment, text[..^1]);
        return bytes;
    }

    /// <summary>Reads a match, or the comment, which is one too; neither for one that we do not write.</summary>
    /// <param name="match">The bytes with their header.</param>
    /// <param name="setName">The name of a set by the kernel's number; null for none.</param>
    internal static (FilterMatch? Match, string? Comment) Read(ReadOnlySpan<byte> match, Func<ushort, string?> setName)
    {
        var name = TableEntry.Text(match.Slice(2, EntryLayout.ExtensionNameLength));
        var data = match[EntryLayout.MatchHeader..];
        return (name, match[EntryLayout.MatchHeader - 1], data.Length) switch
        {
            (Conntrack, 3, ConntrackLength) when MemoryMarshal.Read<ushort>(data[ConntrackFlags..]) == ConntrackLooksAtState && MemoryMarshal.Read<ushort>(data[ConntrackInverted..]) == 0 =>
                (new StateMatch((ConntrackStates)MemoryMarshal.Read<ushort>(data[ConntrackStateMask..])), null),
            (Connmark, 1, ConnmarkLength) when MemoryMarshal.Read<uint>(data) is > 0 and var bit && MemoryMarshal.Read<uint>(data[4..]) == bit && data[8] == 0 => (new MarkMatch(bit), null),
            (Multiport, 1, MultiportLength) => (ReadPorts(data), null),
            (Icmp or IcmpV6, 0, IcmpLength) when data[3] == 0 => (new IcmpTypeMatch(data[0], data[1], data[2]), null),
            (Set, 1, SetLength) or (Set, 3 or 4, LongSetLength) when data[2] == 1 && data[4..].IndexOfAnyExcept((byte)0) < 0 && (data[3] & ~(SetLooksAtSource | SetInverted)) == 0 && setName(MemoryMarshal.Read<ushort>(data)) is { } set =>
                (new SetMatch(set, (data[3] & SetLooksAtSource) != 0, (data[3] & SetInverted) != 0), null),
            (Limit, 0, LimitLength) when MemoryMarshal.Read<uint>(data) is > 0 and <= RateMatch.Finest and var each => (new RateMatch(RateMatch.Finest / each, MemoryMarshal.Read<uint>(data[4..])), null),
            (Comment, 0, CommentLength) => (null, TableEntry.Text(data)),
            _ => default,
        };
    }

    /// <summary>What the match is called.</summary>
    internal static string Name(ReadOnlySpan<byte> match) => TableEntry.Text(match.Slice(2, EntryLayout.ExtensionNameLength));

    private static Span<byte> Begin(string name, byte revision, int length, out byte[] bytes)
    {
        bytes = new byte[EntryLayout.MatchHeader + length];
        MemoryMarshal.Write(bytes, (ushort)bytes.Length);
        Encoding.ASCII.GetBytes(name, bytes.AsSpan(2));
        bytes[EntryLayout.MatchHeader - 1] = revision;
        return bytes.AsSpan(EntryLayout.MatchHeader);
    }

    // A range is its first port, marked, then its last.
    private static void WritePorts(Span<byte> data, PortMatch match)
    {
        var slot = 0;
        foreach (var range in match.Ports)
        {
            MemoryMarshal.Write(data[(2 + (2 * slot))..], range.First);
            if (range.First != range.Last)
            {
                data[MultiportRanges + slot++] = 1;
                MemoryMarshal.Write(data[(2 + (2 * slot))..], range.Last);
            }

            slot++;
        }

        (data[0], data[1]) = ((byte)(match.Source ? 0 : 1), checked((byte)slot));
    }

    private static PortMatch? ReadPorts(ReadOnlySpan<byte> data)
    {
        if (data[0] > 1 || data[1] > PortMatch.Slots || data[MultiportInverted] != 0)
            return null;
        var ports = new List<PortRange>();
        for (var slot = 0; slot < data[1]; slot++)
        {
            var first = MemoryMarshal.Read<ushort>(data[(2 + (2 * slot))..]);
            var last = first;
            if (data[MultiportRanges + slot] != 0)
            {
                if (++slot == data[1])
                    return null;
                last = MemoryMarshal.Read<ushort>(data[(2 + (2 * slot))..]);
            }

            if (first > last)
                return null;
            ports.Add(new(first, last));
        }

        return new(data[0] == 0, ports.ToEquatableArray());
    }
}
