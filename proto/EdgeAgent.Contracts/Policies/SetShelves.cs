using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Contracts;

/// <summary>
/// Address sets in a tree of two levels, by a hash of their ids, with a digest for each part: a set that changes costs the parts that it is
/// in, and whatever two trees share is not compared. Equal sets make equal trees, whatever way they came about.
/// </summary>
internal sealed class SetShelves
{
    private const int Width = 16;

    private readonly ImmutableArray<Shelf> _shelves;

    private SetShelves(ImmutableArray<Shelf> shelves) => _shelves = shelves;

    /// <summary>The most bytes that <see cref="WriteHashes"/> writes.</summary>
    public const int LongestHash = Width * (1 + SHA256.HashSizeInBytes);

    /// <summary>The tree of some sets.</summary>
    public static SetShelves Of(IEnumerable<AddressSet> sets)
    {
        var places = new List<AddressSet>?[Width * Width];
        foreach (var set in sets)
            (places[PlaceOf(set.Id)] ??= []).Add(set);
        return new([.. Enumerable.Range(0, Width).Select(shelf => new Shelf([.. places[(shelf * Width)..((shelf + 1) * Width)].Select(Bucket.Of)]))]);
    }

    /// <summary>The tree with a set in the place of the one of the same id, or without that one.</summary>
    public SetShelves With(string id, AddressSet? set)
    {
        var place = PlaceOf(id);
        return new(_shelves.SetItem(place / Width, _shelves[place / Width].With(place % Width, id, set)));
    }

    /// <summary>The sets that the two do not both hold.</summary>
    public static List<(AddressSet? From, AddressSet? To)> Differences(SetShelves from, SetShelves to)
    {
        var result = new List<(AddressSet?, AddressSet?)>();
        for (var i = 0; i < Width; i++)
        {
            if (!ReferenceEquals(from._shelves[i], to._shelves[i]))
                Shelf.AddDifferences(from._shelves[i], to._shelves[i], result);
        }

        return result;
    }

    /// <summary>Writes the place and the hash of each part that is not empty.</summary>
    public int WriteHashes(Span<byte> bytes) => Write(bytes, _shelves.AsSpan(), static shelf => shelf.Hash);

    private static int Write<T>(Span<byte> bytes, ReadOnlySpan<T> parts, Func<T, byte[]?> hashOf)
    {
        var length = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            if (hashOf(parts[i]) is not { } hash)
                continue;
            bytes[length] = (byte)i;
            hash.CopyTo(bytes[(length + 1)..]);
            length += 1 + hash.Length;
        }

        return length;
    }

    // FNV-1a, 32 bits.
    private static int PlaceOf(string id)
    {
        var hash = 2166136261u;
        foreach (var c in id)
            hash = (hash ^ c) * 16777619;
        return (int)((hash ^ (hash >> 16)) % (Width * Width));
    }

    private sealed class Shelf(ImmutableArray<Bucket> buckets)
    {
        private byte[]? _hash;

        /// <summary>Null for an empty one.</summary>
        public byte[]? Hash => _hash ??= HashOf(buckets.AsSpan());

        private ImmutableArray<Bucket> Buckets => buckets;

        public Shelf With(int place, string id, AddressSet? set) => new(buckets.SetItem(place, buckets[place].With(id, set)));

        public static void AddDifferences(Shelf from, Shelf to, List<(AddressSet?, AddressSet?)> result)
        {
            for (var i = 0; i < Width; i++)
            {
                if (!ReferenceEquals(from.Buckets[i], to.Buckets[i]))
                    Bucket.AddDifferences(from.Buckets[i], to.Buckets[i], result);
            }
        }

        private static byte[]? HashOf(ReadOnlySpan<Bucket> buckets)
        {
            Span<byte> bytes = stackalloc byte[LongestHash];
            var length = Write(bytes, buckets, static bucket => bucket.Hash);
            return length == 0 ? null : SHA256.HashData(bytes[..length]);
        }
    }

    /// <summary>Address sets in ascending order of their ids.</summary>
    private sealed class Bucket(ImmutableArray<AddressSet> sets)
    {
        private byte[]? _hash;

        private static readonly Bucket Empty = new([]);

        /// <summary>Null for an empty one.</summary>
        public byte[]? Hash => sets.IsEmpty ? null : _hash ??= SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sets.Select(set => $"{set.Id} {set.Digest}"))));

        private ImmutableArray<AddressSet> Sets => sets;

        public static Bucket Of(List<AddressSet>? sets) => sets is null ? Empty : new([.. sets.OrderBy(set => set.Id, StringComparer.Ordinal)]);

        public Bucket With(string id, AddressSet? set)
        {
            var at = 0;
            while (at < sets.Length && string.CompareOrdinal(sets[at].Id, id) < 0)
                at++;
            var isHeld = at < sets.Length && sets[at].Id == id;
            return (isHeld, set) switch
            {
                (false, null) => this,
                (true, null) => sets.Length == 1 ? Empty : new(sets.RemoveAt(at)),
                (true, { } changed) => new(sets.SetItem(at, changed)),
                (false, { } added) => new(sets.Insert(at, added)),
            };
        }

        public static void AddDifferences(Bucket from, Bucket to, List<(AddressSet?, AddressSet?)> result)
        {
            var (i, j) = (0, 0);
            while (i < from.Sets.Length || j < to.Sets.Length)
            {
                var order = i == from.Sets.Length ? 1 : j == to.Sets.Length ? -1 : string.CompareOrdinal(from.Sets[i].Id, to.Sets[j].Id);
                var (before, after) = (order <= 0 ? from.Sets[i++] : null, order >= 0 ? to.Sets[j++] : null);
                if (!ReferenceEquals(before, after) && (before is null || after is null || before.Digest != after.Digest))
                    result.Add((before, after));
            }
        }
    }
}
