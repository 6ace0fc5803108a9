using System.Numerics;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Consecutive addresses of one class.</summary>
internal readonly record struct ClassRange(UInt128 First, UInt128 Last, int Class);

/// <summary>Which class each address of one family is in; addresses of no class are in none of the ranges.</summary>
internal abstract class AddressMap
{
    public static AddressMap Of(IpFamily family) => family == IpFamily.V4 ? new AddressMap<uint>() : new AddressMap<UInt128>();

    /// <summary>The first range that ends at the address or behind it.</summary>
    public abstract bool TryFrom(UInt128 address, out ClassRange range);

    /// <summary>The range that holds the address.</summary>
    public bool TryAt(UInt128 address, out ClassRange range) => TryFrom(address, out range) && range.First <= address;

    /// <summary>Puts addresses into a class, whatever they were in; a negative class takes them out.</summary>
    public abstract void Assign(UInt128 first, UInt128 last, int peerClass);

    /// <summary>The parts of a range, each of one class; what no class holds is in the class that is given.</summary>
    public IEnumerable<ClassRange> Over(UInt128 first, UInt128 last, int elsewhere)
    {
        while (true)
        {
            if (!TryFrom(first, out var range) || range.First > last)
                range = new(last, last, elsewhere);
            var part = first < range.First
                ? new ClassRange(first, range.Class == elsewhere ? last : range.First - 1, elsewhere)
                : new(first, UInt128.Min(range.Last, last), range.Class);
            yield return part;
            if (part.Last >= last)
                yield break;
            first = part.Last + 1;
        }
    }
}

/// <summary>Sorted ranges in pages of bounded length, so that a change moves one page and not a million entries.</summary>
/// <typeparam name="T">A number as wide as an address: four bytes for IPv4.</typeparam>
internal sealed class AddressMap<T> : AddressMap
    where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
{
    private const int PageLength = 512;

    private readonly List<Page> _pages = [];

    public override bool TryFrom(UInt128 address, out ClassRange range)
    {
        var (page, index) = Find(T.CreateTruncating(address));
        var found = page < _pages.Count;
        range = found ? _pages[page].Entries[index].ToRange() : default;
        return found;
    }

    public override void Assign(UInt128 first, UInt128 last, int peerClass)
    {
        var (from, to) = (T.CreateTruncating(first), T.CreateTruncating(last));
        if (_pages.Count == 0 || _pages[^1].Last < from)
        {
            // Behind everything: so is each range while a map is built.
            if (peerClass >= 0)
                Append(new(from, to, peerClass));
            return;
        }

        while (true)
        {
            var (page, index) = Find(from);
            if (page == _pages.Count)
                break;
            var entry = _pages[page].Entries[index];
            if (entry.First > to)
                break;
            RemoveAt(page, index);
            if (entry.First < from)
                Insert(entry with { Last = from - T.One });
            if (entry.Last <= to)
                continue;
            Insert(entry with { First = to + T.One });
            break;
        }

        if (peerClass >= 0)
            Insert(new(from, to, peerClass));
    }

    /// <summary>The first entry that ends at a place or behind it; a page beyond the last where there is none.</summary>
    private (int Page, int Index) Find(T from)
    {
        var (low, high) = (0, _pages.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _pages[middle].Last < from ? (middle + 1, high) : (low, middle);
        }

        if (low == _pages.Count)
            return (low, 0);
        var page = _pages[low];
        var (first, last) = (0, page.Count - 1);
        while (first < last)
        {
            var middle = (first + last) >>> 1;
            (first, last) = page.Entries[middle].Last < from ? (middle + 1, last) : (first, middle);
        }

        return (low, first);
    }

    private void Append(Entry entry)
    {
        if (_pages.Count == 0 || _pages[^1].Count == PageLength)
            _pages.Add(new());
        var page = _pages[^1];
        page.Entries[page.Count++] = entry;
    }

    private void Insert(Entry entry)
    {
        var (number, index) = Find(entry.First);
        if (number == _pages.Count)
        {
            Append(entry);
            return;
        }

        var page = _pages[number];
        if (page.Count == PageLength)
        {
            var behind = new Page { Count = PageLength / 2 };
            page.Entries.AsSpan(PageLength / 2).CopyTo(behind.Entries);
            page.Count = PageLength / 2;
            _pages.Insert(number + 1, behind);
            if (index >= PageLength / 2)
                (page, index) = (behind, index - (PageLength / 2));
        }

        page.Entries.AsSpan(index, page.Count - index).CopyTo(page.Entries.AsSpan(index + 1));
        page.Entries[index] = entry;
        page.Count++;
    }

    private void RemoveAt(int number, int index)
    {
        var page = _pages[number];
        page.Entries.AsSpan(index + 1, page.Count - index - 1).CopyTo(page.Entries.AsSpan(index));
        if (--page.Count == 0)
            _pages.RemoveAt(number);
    }

    private readonly record struct Entry(T First, T Last, int Class)
    {
        public ClassRange ToRange() => new(UInt128.CreateTruncating(First), UInt128.CreateTruncating(Last), Class);
    }

    private sealed class Page
    {
        public Entry[] Entries { get; } = new Entry[PageLength];

        public int Count { get; set; }

        public T Last => Entries[Count - 1].Last;
    }
}
