using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    /// <param name="sets">The sets.</param>
    /// <param name="shared">Parts that other trees have as well.</param>
    public static SetShelves Of(IEnumerable<AddressSet> sets, Parts shared)
    {
        var places = new List<AddressSet>?[Width * Width];
        foreach (var set in sets)
            (places[PlaceOf(set.Id)] ??= []).Add(set);
        var shelves = ImmutableArray.CreateBuilder<Shelf>(Width);
        for (var shelf = 0; shelf < Width; shelf++)
        {
            var buckets = new Bucket[Width];
            for (var i = 0; i < Width; i++)
                buckets[i] = Bucket.Of(places[(shelf * Width) + i], shared);
            shelves.Add(shared.Shelf(ImmutableCollectionsMarshal.AsImmutableArray(buckets)));
        }

        return new(shelves.MoveToImmutable());
    }

    /// <summary>The tree with a set in the place of the one of the same id, or without that one.</summary>
    /// <param name="id">The id.</param>
    /// <param name="set">The set; null for none.</param>
    /// <param name="shared">Parts that other trees have as well.</param>
    public SetShelves With(string id, AddressSet? set, Parts shared)
    {
        var place = PlaceOf(id);
        return new(_shelves.SetItem(place / Width, _shelves[place / Width].With(place % Width, id, set, shared)));
    }

    /// <summary>
    /// Parts of trees that are made at one time, each once: host policies have most of their sets in common, so that a set which changes in
    /// all of them is hashed for few.
    /// </summary>
    internal sealed class Parts
    {
        private readonly Dictionary<ImmutableArray<AddressSet>, Bucket> _buckets = new(ByInstances<AddressSet>.Comparer);
        private readonly Dictionary<ImmutableArray<Bucket>, Shelf> _shelves = new(ByInstances<Bucket>.Comparer);

        internal Bucket Bucket(ImmutableArray<AddressSet> sets) => _buckets.TryGetValue(sets, out var known) ? known : _buckets[sets] = new(sets);

        internal Shelf Shelf(ImmutableArray<Bucket> buckets) => _shelves.TryGetValue(buckets, out var known) ? known : _shelves[buckets] = new(buckets);
    }

    /// <summary>Compares rows by the instances in them.</summary>
    private sealed class ByInstances<T> : IEqualityComparer<ImmutableArray<T>>
        where T : class
    {
        public static ByInstances<T> Comparer { get; } = new();

        public bool Equals(ImmutableArray<T> x, ImmutableArray<T> y)
        {
            if (x.Length != y.Length)
                return false;
            for (var i = 0; i < x.Length; i++)
            {
                if (!ReferenceEquals(x[i], y[i]))
                    return false;
            }

            return true;
        }

        public int GetHashCode(ImmutableArray<T> items)
        {
            var hash = 0;
            foreach (var item in items)
                hash = (hash * 31) + RuntimeHelpers.GetHashCode(item);
            return hash;
        }
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

    internal sealed class Shelf(ImmutableArray<Bucket> buckets)
    {
        private byte[]? _hash;

        /// <summary>Null for an empty one.</summary>
        public byte[]? Hash => _hash ??= HashOf(buckets.AsSpan());

        private ImmutableArray<Bucket> Buckets => buckets;

        public Shelf With(int place, string id, AddressSet? set, Parts shared) => shared.Shelf(buckets.SetItem(place, buckets[place].With(id, set, shared)));

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
    internal sealed class Bucket(ImmutableArray<AddressSet> sets)
    {
        private byte[]? _hash;

        private static readonly Bucket Empty = new([]);

        /// <summary>Null for an empty one.</summary>
        public byte[]? Hash => sets.IsEmpty ? null : _hash ??= SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sets.Select(set => $"{set.Id} {set.Digest.Hex}"))));

        private ImmutableArray<AddressSet> Sets => sets;

        public static Bucket Of(List<AddressSet>? sets, Parts shared)
        {
            if (sets is null)
                return Empty;
            sets.Sort(static (left, right) => string.CompareOrdinal(left.Id, right.Id));
            return shared.Bucket([.. sets]);
        }

        public Bucket With(string id, AddressSet? set, Parts shared)
        {
            var at = 0;
            while (at < sets.Length && string.CompareOrdinal(sets[at].Id, id) < 0)
                at++;
            var isHeld = at < sets.Length && sets[at].Id == id;
            return (isHeld, set) switch
            {
                (false, null) => this,
                (true, null) => sets.Length == 1 ? Empty : shared.Bucket(sets.RemoveAt(at)),
                (true, { } changed) => shared.Bucket(sets.SetItem(at, changed)),
                (false, { } added) => shared.Bucket(sets.Insert(at, added)),
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
