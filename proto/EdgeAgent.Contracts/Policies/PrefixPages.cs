using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EdgeAgent.Contracts;

/// <summary>
/// A canonical list of blocks in pages, and pages in groups. Where a page or a group ends is decided by its last block alone, so that
/// equal lists have equal pages whatever way they came about, and a changed block costs one page, one group and the row of groups,
/// with their hashes: a list of a million blocks changes in microseconds. Unchanged pages are shared between the old list and the new.
/// </summary>
internal sealed class PrefixPages
{
    private const ulong PageMask = 63, GroupMask = 4095;

    private readonly ImmutableArray<Group> _groups;
    private Digest _digest;

    private PrefixPages(ImmutableArray<Group> groups) => _groups = groups;

    /// <summary>The number of blocks.</summary>
    public int Count => _groups.Sum(group => group.Count);

    /// <summary>SHA-256 over the hashes of the groups, which are over those of their pages: equal for equal lists alone.</summary>
    public Digest Digest => _digest.IsNone ? _digest = Digest.Of(Join(2, _groups.Length, (row, i) => row[i].Hash, _groups)) : _digest;

    /// <summary>Cuts a canonical list.</summary>
    public static PrefixPages Of(ImmutableArray<Cidr> canonical) => new(Grouped(Paged(canonical.AsMemory())));

    /// <summary>The list with some blocks less and others more; a block to remove that is not there does not matter.</summary>
    /// <exception cref="ArgumentException">A block to add overlaps one that is there, or the two are halves of a wider one.</exception>
    public PrefixPages With(ReadOnlySpan<Cidr> removed, ReadOnlySpan<Cidr> added)
    {
        var pages = this;
        foreach (var block in removed)
            pages = pages.Without(block);
        foreach (var block in added)
            pages = pages.With(block);
        return pages;
    }

    /// <summary>Whether a block holds the address.</summary>
    public bool Contains(IpAddress address) => Around(address) is not null;

    /// <summary>The block that holds the address; null where none does.</summary>
    public Cidr? Around(IpAddress address)
    {
        var (group, page, index) = Find(Cidr.Single(address));
        if (group < 0)
            return null;
        var blocks = _groups[group].Pages[page].Blocks.Span;
        if (index < blocks.Length && blocks[index].Contains(address))
            return blocks[index];
        return index > 0 && blocks[index - 1].Contains(address) ? blocks[index - 1] : null;
    }

    /// <summary>Whether the block is one of the list.</summary>
    public bool Has(Cidr block)
    {
        var (group, page, index) = Find(block);
        return group >= 0 && _groups[group].Pages[page].Blocks.Span is var blocks && index < blocks.Length && blocks[index] == block;
    }

    /// <summary>All blocks.</summary>
    public ImmutableArray<Cidr> ToArray()
    {
        var result = new Cidr[Count];
        var at = 0;
        foreach (var page in _groups.SelectMany(group => group.Pages))
        {
            page.Blocks.CopyTo(result.AsMemory(at));
            at += page.Blocks.Length;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(result);
    }

    /// <summary>The blocks that one of two lists lacks; pages that both share are not looked at.</summary>
    public static (List<Cidr> Removed, List<Cidr> Added) Between(PrefixPages from, PrefixPages to)
    {
        var (oldGroups, newGroups) = Middle(from._groups.AsSpan(), to._groups.AsSpan());
        var (oldPages, newPages) = Middle<Page>([.. Pages(oldGroups)], [.. Pages(newGroups)]);
        var (old, now) = (Blocks(oldPages), Blocks(newPages));
        var (removed, added) = (new List<Cidr>(), new List<Cidr>());
        var (i, j) = (0, 0);
        while (i < old.Length || j < now.Length)
        {
            var order = i == old.Length ? 1 : j == now.Length ? -1 : old[i].CompareTo(now[j]);
            if (order < 0)
                removed.Add(old[i]);
            else if (order > 0)
                added.Add(now[j]);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return (removed, added);
    }

    /// <summary>What remains of two rows without what both begin with and what both end in.</summary>
    private static (T[] From, T[] To) Middle<T>(ReadOnlySpan<T> from, ReadOnlySpan<T> to)
        where T : class
    {
        var start = 0;
        while (start < from.Length && start < to.Length && ReferenceEquals(from[start], to[start]))
            start++;
        var end = 0;
        while (end < from.Length - start && end < to.Length - start && ReferenceEquals(from[^(end + 1)], to[^(end + 1)]))
            end++;
        return (from[start..^end].ToArray(), to[start..^end].ToArray());
    }

    private static List<Page> Pages(Group[] groups)
    {
        var pages = new List<Page>();
        foreach (var group in groups)
            pages.AddRange(group.Pages);
        return pages;
    }

    private static Cidr[] Blocks(Page[] pages)
    {
        var count = 0;
        foreach (var page in pages)
            count += page.Blocks.Length;
        var blocks = new Cidr[count];
        var at = 0;
        foreach (var page in pages)
        {
            page.Blocks.CopyTo(blocks.AsMemory(at));
            at += page.Blocks.Length;
        }

        return blocks;
    }

    private PrefixPages Without(Cidr block)
    {
        var (group, page, index) = Find(block);
        if (group < 0)
            return this;
        var blocks = _groups[group].Pages[page].Blocks.Span;
        if (index == blocks.Length || blocks[index] != block)
            return this;
        return Rewritten(group, page, [.. blocks[..index], .. blocks[(index + 1)..]]);
    }

    private PrefixPages With(Cidr block)
    {
        var (group, page, index) = Find(block);
        if (group < 0)
            return Of([block]);
        var blocks = _groups[group].Pages[page].Blocks.Span;
        if (index < blocks.Length && blocks[index] == block)
            return this;
        if (index > 0)
            Separate(blocks[index - 1], block);
        if (index < blocks.Length)
            Separate(block, blocks[index]);
        else if (Following(group, page) is { } next)
            Separate(block, next.Blocks.Span[0]);
        return Rewritten(group, page, [.. blocks[..index], block, .. blocks[index..]]);
    }

    private static void Separate(Cidr first, Cidr second)
    {
        if (first.Overlaps(second))
            throw new ArgumentException($"{first} and {second} overlap");
        if (first.Length == second.Length && first.Length > 0 && first.Family == second.Family && new Cidr(first.Network, first.Length - 1).Contains(second))
            throw new ArgumentException($"{first} and {second} are halves of one block");
    }

    /// <summary>The page that holds the block, or would, and the block's index in it; no group where there is no block at all.</summary>
    private (int Group, int Page, int Index) Find(Cidr block)
    {
        if (_groups.IsEmpty)
            return (-1, 0, 0);
        var group = Last(_groups, static group => group.Pages[0].First, block);
        var page = Last(_groups[group].Pages, static page => page.First, block);
        var index = _groups[group].Pages[page].Blocks.Span.BinarySearch(block);
        return (group, page, index < 0 ? ~index : index);
    }

    private static int Last<T>(ImmutableArray<T> items, Func<T, Cidr> first, Cidr block)
    {
        var (low, high) = (0, items.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            (low, high) = first(items[middle]).CompareTo(block) <= 0 ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private Page? Following(int group, int page) =>
        page + 1 < _groups[group].Pages.Length ? _groups[group].Pages[page + 1] : group + 1 < _groups.Length ? _groups[group + 1].Pages[0] : null;

    /// <summary>The list with the blocks of one page replaced. A page, or a group, that thereby has no end goes on in the next one.</summary>
    private PrefixPages Rewritten(int group, int page, Cidr[] blocks)
    {
        var last = group;
        var pages = _groups[group].Pages;
        if (blocks.Length > 0 && (Mix(blocks[^1]) & PageMask) != 0 && Following(group, page) is { } next)
        {
            blocks = [.. blocks, .. next.Blocks.Span];
            if (page + 1 == pages.Length)
                pages = [.. pages, .. _groups[++last].Pages];
            pages = pages.RemoveAt(page + 1);
        }

        pages = [.. pages.AsSpan(0, page), .. Paged(blocks), .. pages.AsSpan()[(page + 1)..]];
        while ((pages.IsEmpty || !pages[^1].EndsGroup) && last + 1 < _groups.Length)
            pages = [.. pages, .. _groups[++last].Pages];
        return new([.. _groups.AsSpan(0, group), .. Grouped(pages), .. _groups.AsSpan()[(last + 1)..]]);
    }

    private static ImmutableArray<Page> Paged(ReadOnlyMemory<Cidr> blocks)
    {
        var pages = ImmutableArray.CreateBuilder<Page>();
        var start = 0;
        for (var i = 0; i < blocks.Length; i++)
        {
            var mixed = Mix(blocks.Span[i]);
            if ((mixed & PageMask) != 0 && i + 1 < blocks.Length)
                continue;
            pages.Add(new(blocks[start..(i + 1)], (mixed & GroupMask) == 0));
            start = i + 1;
        }

        return pages.DrainToImmutable();
    }

    private static ImmutableArray<Group> Grouped(ImmutableArray<Page> pages)
    {
        var groups = ImmutableArray.CreateBuilder<Group>();
        var start = 0;
        for (var i = 0; i < pages.Length; i++)
        {
            if (!pages[i].EndsGroup && i + 1 < pages.Length)
                continue;
            groups.Add(new(pages[start..(i + 1)]));
            start = i + 1;
        }

        return groups.DrainToImmutable();
    }

    /// <summary>A number that looks random and depends on the block alone (the finisher of SplitMix64).</summary>
    private static ulong Mix(Cidr block)
    {
        var x = (ulong)block.Network.Bits ^ ((ulong)(block.Network.Bits >> 64) * 0x9e3779b97f4a7c15) ^ ((ulong)block.Length << 56) ^ (ulong)block.Family;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }

    private static byte[] Join<T>(byte kind, int count, Func<T, int, byte[]> hash, T items)
    {
        var bytes = new byte[1 + (count * SHA256.HashSizeInBytes)];
        bytes[0] = kind;
        for (var i = 0; i < count; i++)
            hash(items, i).CopyTo(bytes, 1 + (i * SHA256.HashSizeInBytes));
        return bytes;
    }

    private sealed class Page(ReadOnlyMemory<Cidr> blocks, bool endsGroup)
    {
        private byte[]? _hash;

        public ReadOnlyMemory<Cidr> Blocks => blocks;

        public bool EndsGroup => endsGroup;

        public Cidr First => blocks.Span[0];

        public byte[] Hash => _hash ??= HashOf(blocks.Span);

        private static byte[] HashOf(ReadOnlySpan<Cidr> blocks)
        {
            const int Longest = 2 + 16;
            var bytes = ArrayPool<byte>.Shared.Rent(blocks.Length * Longest);
            var length = 0;
            foreach (var block in blocks)
            {
                bytes[length] = (byte)block.Family;
                bytes[length + 1] = block.Length;
                block.Network.WriteTo(bytes.AsSpan(length + 2));
                length += 2 + block.Network.Bytes;
            }

            var hash = SHA256.HashData(bytes.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(bytes);
            return hash;
        }
    }

    private sealed class Group(ImmutableArray<Page> pages)
    {
        private byte[]? _hash;

        public ImmutableArray<Page> Pages => pages;

        public int Count { get; } = pages.Sum(page => page.Blocks.Length);

        public byte[] Hash => _hash ??= SHA256.HashData(Join(1, pages.Length, (row, i) => row[i].Hash, pages));
    }
}
