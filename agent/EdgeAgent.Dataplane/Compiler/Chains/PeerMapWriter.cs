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
    /// <summary>Changing an interval map costs time in proportion to its size.</summary>
    private const int MaxIntervals = 1_000;

    /// <summary>Writes the peers of classes; maps of both families, as far as they have members.</summary>
    public IReadOnlyList<PeerLookup> Write(string name, SetKind kind, IEnumerable<(PeerClass Peer, ElementValue? Value)> entries)
    {
        var lookups = new List<PeerLookup>();
        foreach (var family in entries.GroupBy(entry => entry.Peer.Family).OrderBy(family => family.Key))
            Write($"{name}.{(int)family.Key}", kind, family.Key, PeerRanges.Of(family.Key, family), lookups);
        return lookups;
    }

    private void Write(string name, SetKind kind, IpFamily family, PeerRanges peers, List<PeerLookup> lookups)
    {
        var (width, key) = family == IpFamily.V4 ? (32, KeyField.Ipv4Address) : (128, KeyField.Ipv6Address);
        if (peers.Singles.Count > 0)
            lookups.Add(new(ruleset.AddHash(name, kind, [key], peers.Singles.Count, 0, set => Fill(set, family, peers.Singles)), family, width));
        if (peers.Blocks.Count == 0)
            return;
        var intervals = peers.Intervals();
        if (intervals.Count <= MaxIntervals)
        {
            lookups.Add(new(ruleset.AddIntervals(name + "n", kind, key, intervals.Count, set => Fill(set, family, intervals)), family, width));
            return;
        }

        foreach (var length in peers.Blocks.GroupBy(block => block.Block.Length).OrderByDescending(length => length.Key))
        {
            var blocks = length.Select(block => new PeerRange(block.Block.Network.Bits, block.Block.Network.Bits, block.Value)).ToList();
            var prefixName = string.Create(CultureInfo.InvariantCulture, $"{name}p{length.Key}");
            lookups.Add(new(ruleset.AddHash(prefixName, kind, [key], blocks.Count, 0, set => Fill(set, family, blocks)), family, length.Key));
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
