using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>A chain of a table.</summary>
/// <param name="Name">Its name; of a built-in chain that of its hook.</param>
/// <param name="HookNumber">The hook of a built-in chain; null for others.</param>
/// <param name="Head">The entry that names it; null for built-in chains.</param>
/// <param name="Entries">Its rules, and its end: the policy of a built-in chain, a return of others.</param>
internal sealed record ImageChain(string Name, int? HookNumber, TableEntry? Head, IReadOnlyList<TableEntry> Entries)
{
    /// <summary>The rules without the end.</summary>
    internal IEnumerable<TableEntry> Rules => Entries.Take(Entries.Count - 1);
}

/// <summary>
/// A whole table of x_tables as chains of entries, taken from the kernel's block of bytes and put back into one. Entries that we do not
/// touch keep every byte, but for the distance that a jump goes.
/// </summary>
/// <param name="Layout">The layout of its family.</param>
/// <param name="Info">What the kernel says of the table.</param>
/// <param name="Chains">The chains in their order.</param>
/// <param name="End">The last entry.</param>
internal sealed record TableImage(EntryLayout Layout, TableInfo Info, IReadOnlyList<ImageChain> Chains, TableEntry End)
{
    private static readonly string[] HookNames = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

    /// <summary>Reads a table.</summary>
    /// <exception cref="NetlinkException">EBADMSG: an offset, a length or a name in it makes no sense.</exception>
    internal static TableImage Read(EntryLayout layout, TableInfo info, ReadOnlyMemory<byte> entries)
    {
        var cuts = Cut(layout, info, entries);
        var firstRules = new Dictionary<int, string>();
        var chains = new List<(string Name, int? Hook, TableEntry? Head, int From, int To)>();
        TableEntry? end = null;
        for (var i = 0; i < cuts.Count; i++)
        {
            var (offset, bytes) = cuts[i];
            var name = TableEntry.HeadOf(bytes.Span, layout);
            if (name is not null && i == cuts.Count - 1)
            {
                end = new(bytes, EntryLead.None, i);
            }
            else if (name is not null)
            {
                chains.Add((name, null, new(bytes, EntryLead.None, i), i + 1, i + 1));
                firstRules[cuts[i + 1].Offset] = name;
            }
            else if (info.HookAt(offset) is { } hook)
            {
                chains.Add((HookNames[hook], hook, null, i, i + 1));
            }

            if (name is null)
            {
                if (chains.Count == 0)
                    throw Malformed("it begins with a rule of no chain");
                chains[^1] = chains[^1] with { To = i + 1 };
            }
        }

        if (end is null)
            throw Malformed("its last entry is not its end");
        if (chains.Select(chain => chain.Name).Distinct(StringComparer.Ordinal).Count() != chains.Count)
            throw Malformed("two chains share a name");
        return new(
            layout,
            info,
            chains.ConvertAll(chain => new ImageChain(chain.Name, chain.Hook, chain.Head, Entries(layout, cuts, chain, firstRules))),
            end);
    }

    /// <summary>All entries as the kernel takes them, and what it must be told of them.</summary>
    internal (TableInfo Info, byte[] Bytes, IReadOnlyList<TableEntry> Entries) Write()
    {
        var entries = new List<TableEntry>();
        var firstRules = new Dictionary<string, int>(StringComparer.Ordinal);
        var (hookEntry, underflow) = (new uint[EntryLayout.HookCount], new uint[EntryLayout.HookCount]);
        var size = 0;
        foreach (var chain in Chains)
        {
            if (chain.Head is { } head)
                Add(head);
            firstRules[chain.Name] = size;
            foreach (var entry in chain.Entries)
            {
                if (chain.HookNumber is { } hook && ReferenceEquals(entry, chain.Entries[^1]))
                    (hookEntry[hook], underflow[hook]) = ((uint)firstRules[chain.Name], (uint)size);
                Add(entry);
            }
        }

        Add(End);
        var bytes = new byte[size];
        var at = 0;
        foreach (var entry in entries)
        {
            var slot = bytes.AsSpan(at, entry.Bytes.Length);
            entry.Bytes.Span.CopyTo(slot);
            at += slot.Length;
            if (entry.Lead.Kind == EntryLeadKind.None)
                continue;
            if (entry.Lead.Chain is { } target && !firstRules.ContainsKey(target))
                throw new NetlinkException("replace the table", Errno.EBUSY, $"a rule that is not ours leads to chain {target}, which is to go");
            var distance = entry.Lead.Chain is { } name ? firstRules[name] : at;
            BinaryPrimitives.WriteInt32LittleEndian(slot[(TableEntry.TargetOffset(slot, Layout) + EntryLayout.TargetHeader)..], distance);
        }

        return (Info with { HookEntry = [.. hookEntry], Underflow = [.. underflow], Entries = entries.Count, Size = size }, bytes, entries);

        void Add(TableEntry entry)
        {
            entries.Add(entry);
            size += entry.Bytes.Length;
        }
    }

    private static List<(int Offset, ReadOnlyMemory<byte> Bytes)> Cut(EntryLayout layout, TableInfo info, ReadOnlyMemory<byte> entries)
    {
        var cuts = new List<(int, ReadOnlyMemory<byte>)>();
        for (var offset = 0; offset < entries.Length;)
        {
            var rest = entries.Span[offset..];
            if (rest.Length < layout.Length + EntryLayout.TargetHeader)
                throw Malformed($"{rest.Length} bytes are left for an entry");
            int target = MemoryMarshal.Read<ushort>(rest[layout.TargetOffset..]), next = MemoryMarshal.Read<ushort>(rest[layout.NextOffset..]);
            if (target < layout.Length || next < target + EntryLayout.TargetHeader || next > rest.Length || next % 8 != 0 || target % 8 != 0)
                throw Malformed($"an entry of {next} bytes has its target at {target}");
            var name = TableEntry.TargetName(rest[..next], layout);
            if (name is "" && next < target + EntryLayout.StandardTarget || name is "ERROR" && next < target + EntryLayout.TargetHeader + EntryLayout.ChainNameLength)
                throw Malformed($"a target is cut short to {next - target} bytes");
            cuts.Add((offset, entries.Slice(offset, next)));
            offset += next;
        }

        return cuts.Count == info.Entries ? cuts : throw Malformed($"it has {cuts.Count} entries of {info.Entries}");
    }

    private static List<TableEntry> Entries(EntryLayout layout, List<(int Offset, ReadOnlyMemory<byte> Bytes)> cuts, (string Name, int? Hook, TableEntry? Head, int From, int To) chain, Dictionary<int, string> firstRules)
    {
        if (chain.From >= chain.To)
            throw Malformed($"chain {chain.Name} has no end");
        var entries = new List<TableEntry>(chain.To - chain.From);
        for (var i = chain.From; i < chain.To; i++)
        {
            var (offset, bytes) = cuts[i];
            entries.Add(new(bytes, Lead(layout, bytes.Span, offset, firstRules), i));
        }

        return entries;
    }

    private static EntryLead Lead(EntryLayout layout, ReadOnlySpan<byte> entry, int offset, Dictionary<int, string> firstRules)
    {
        if (TableEntry.TargetName(entry, layout).Length > 0)
            return EntryLead.None;
        var verdict = BinaryPrimitives.ReadInt32LittleEndian(entry[(TableEntry.TargetOffset(entry, layout) + EntryLayout.TargetHeader)..]);
        if (verdict < 0)
            return EntryLead.None;
        if (verdict == offset + entry.Length)
            return EntryLead.Next;
        return firstRules.TryGetValue(verdict, out var chain) ? EntryLead.To(chain) : throw Malformed($"a rule leads to byte {verdict}, where no chain begins");
    }

    private static NetlinkException Malformed(string what) => new("read the table filter", Errno.EBADMSG, what);
}
