using System.Buffers.Binary;
using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Writes tables of peers into sets or maps of the kernel: single addresses into hashes (<c>name.4</c>, <c>name.6</c>), blocks into
/// an interval map (<c>name.4n</c>) while there are few, else into one hash for each prefix length (<c>name.4p24</c>).
/// </summary>
internal sealed class PeerMapWriter(RulesetBuilder ruleset)
{
    private readonly List<PeerMap> _maps = [];

    /// <summary>The maps of stage tables that were written.</summary>
    public IReadOnlyList<PeerMap> Maps => _maps;

    /// <summary>Writes the peers that a stage table decides on; maps of both families, as far as they have members.</summary>
    public IReadOnlyList<PeerLookup> Write(string name, PeerMapSource source, PeerClasses classes)
    {
        var lookups = new List<PeerLookup>();
        foreach (var family in source.Entries(classes).GroupBy(entry => entry.Peer.Family).OrderBy(family => family.Key))
            _maps.Add(new(source, family.Key, Write($"{name}.{(int)family.Key}", SetKind.CounterMap, family.Key, family, lookups)));
        return lookups;
    }

    /// <summary>Writes the peers of classes; maps of both families, as far as they have members.</summary>
    public IReadOnlyList<PeerLookup> Write(string name, SetKind kind, IEnumerable<(PeerClass Peer, ElementValue? Value)> entries)
    {
        var lookups = new List<PeerLookup>();
        foreach (var family in entries.GroupBy(entry => entry.Peer.Family).OrderBy(family => family.Key))
            Write($"{name}.{(int)family.Key}", kind, family.Key, family, lookups);
        return lookups;
    }

    private PeerMapLayout Write(string name, SetKind kind, IpFamily family, IEnumerable<(PeerClass Peer, ElementValue? Value)> entries, List<PeerLookup> lookups)
    {
        var peers = PeerRanges.Of(family, entries);
        var (width, key) = family == IpFamily.V4 ? (32, KeyField.Ipv4Address) : (128, KeyField.Ipv6Address);
        var layout = new PeerMapLayout { SmallBlockAddresses = peers.SmallBlockAddresses };
        if (peers.Singles.Count > 0)
            layout.Singles = Hash(name, width, peers.Singles);
        if (peers.Blocks.Count == 0)
            return layout;
        var intervals = peers.Intervals();
        layout.IntervalCount = intervals.Count;
        if (intervals.Count <= PeerMapLayout.MaxIntervals)
        {
            layout.Intervals = new(ruleset.AddIntervals(name + "n", kind, key, intervals.Count, set => Fill(set, family, intervals)), intervals.Count);
            lookups.Add(new(layout.Intervals.Schema.Name, family, width));
            return layout;
        }

        foreach (var length in peers.Blocks.GroupBy(block => block.Block.Length).OrderByDescending(length => length.Key))
        {
            var blocks = length.Select(block => new PeerRange(block.Block.Network.Bits, block.Block.Network.Bits, block.Value)).ToList();
            layout.ByLength.Add(length.Key, Hash(string.Create(CultureInfo.InvariantCulture, $"{name}p{length.Key}"), length.Key, blocks));
        }

        return layout;

        PeerSet Hash(string hash, int length, List<PeerRange> ranges)
        {
            var schema = ruleset.AddHash(hash, kind, [key], ranges.Count, 0, set => Fill(set, family, ranges));
            lookups.Add(new(schema.Name, family, length));
            return new(schema, ranges.Count);
        }
    }

    private static void Fill(ElementTable.Builder set, IpFamily family, List<PeerRange> ranges)
    {
        Span<byte> first = stackalloc byte[16];
        Span<byte> last = stackalloc byte[16];
        foreach (var range in ranges)
        {
            if (family == IpFamily.V4)
            {
                BinaryPrimitives.WriteUInt32BigEndian(first, (uint)range.First);
                BinaryPrimitives.WriteUInt32BigEndian(last, (uint)range.Last);
                set.Add(first[..4], last[..4], range.Value);
            }
            else
            {
                BinaryPrimitives.WriteUInt128BigEndian(first, range.First);
                BinaryPrimitives.WriteUInt128BigEndian(last, range.Last);
                set.Add(first, last, range.Value);
            }
        }
    }
}
