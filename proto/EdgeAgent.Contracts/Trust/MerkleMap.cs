using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Contracts;

/// <summary>
/// Names with a value each, under one hash: a Merkle tree whose shape the names decide, so that equal contents have equal hashes whatever
/// way they came about, and a change costs what it touches. Whoever knows the hash can be shown what it says of one name with 32 bytes for
/// each doubling of their number. Never changes.
/// </summary>
public sealed class MerkleMap
{
    private const int HashLength = SHA256.HashSizeInBytes;
    private const int MostSteps = 8 * HashLength;

    // What is hashed of a leaf, of a branch, and of anything else never begins alike.
    private const byte LeafTag = 0;
    private const byte BranchTag = 1;

    private static readonly byte[] Nothing = new byte[HashLength];

    private readonly Node? _root;

    private MerkleMap(Node? root) => _root = root;

    /// <summary>No names.</summary>
    public static MerkleMap Empty { get; } = new(null);

    /// <summary>The hash over all; computed when it is asked for, where it changed.</summary>
    public ReadOnlyMemory<byte> Root => HashOf(_root);

    /// <summary>The map with other values for some names; costs what they are, and hashes no more than the names.</summary>
    /// <param name="changes">Each name once, with its value, or null where it is gone.</param>
    public MerkleMap With(IEnumerable<KeyValuePair<string, string?>> changes)
    {
        var all = changes.Select(change => new Change(KeyOf(change.Key), change.Value)).ToArray();
        return all.Length == 0 ? this : new(Update(_root, all, 0));
    }

    /// <summary>The value of a name; null where there is none.</summary>
    public string? ValueOf(string name) => Find(KeyOf(name), [], out _)?.Value;

    /// <summary>The value of a name and what proves it: the hashes beside the way to it, from the root down. Null where there is no such name.</summary>
    public (string Value, byte[] Path)? ProofOf(string name)
    {
        Span<byte> siblings = stackalloc byte[MostSteps * HashLength];
        return Find(KeyOf(name), siblings, out var depth) is { } leaf ? (leaf.Value, siblings[..(depth * HashLength)].ToArray()) : null;
    }

    /// <summary>The hash of the only maps in which a name has a value and this path; null for bytes that are no path.</summary>
    public static byte[]? RootOf(string name, string value, ReadOnlySpan<byte> path)
    {
        if (path.Length % HashLength != 0 || path.Length > MostSteps * HashLength)
            return null;
        var key = KeyOf(name);
        var hash = LeafOf(key, value);
        for (var depth = (path.Length / HashLength) - 1; depth >= 0; depth--)
        {
            var sibling = path.Slice(depth * HashLength, HashLength);
            hash = Bit(key, depth) ? Join(BranchTag, sibling, hash) : Join(BranchTag, hash, sibling);
        }

        return hash;
    }

    /// <summary>One hash over two, of a kind that a tag tells.</summary>
    internal static byte[] Join(byte tag, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * HashLength)];
        bytes[0] = tag;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + HashLength)..]);
        return SHA256.HashData(bytes);
    }

    private static byte[] KeyOf(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));

    private static bool Bit(ReadOnlySpan<byte> key, int depth) => ((key[depth / 8] >> (7 - (depth % 8))) & 1) != 0;

    // The name stands as its hash, of one length always, so that no name can run into a value.
    private static byte[] LeafOf(ReadOnlySpan<byte> key, string value)
    {
        var bytes = new byte[1 + HashLength + Encoding.UTF8.GetByteCount(value)];
        bytes[0] = LeafTag;
        key.CopyTo(bytes.AsSpan(1));
        Encoding.UTF8.GetBytes(value, bytes.AsSpan(1 + HashLength));
        return SHA256.HashData(bytes);
    }

    private static ReadOnlyMemory<byte> HashOf(Node? node) => node?.Hash ?? Nothing;

    // Who wants no siblings brings no room for them.
    private Leaf? Find(ReadOnlySpan<byte> key, Span<byte> siblings, out int depth)
    {
        var node = _root;
        for (depth = 0; node is Branch branch; depth++)
        {
            var right = Bit(key, depth);
            if (!siblings.IsEmpty)
                HashOf(right ? branch.Left : branch.Right).Span.CopyTo(siblings[(depth * HashLength)..]);
            node = right ? branch.Right : branch.Left;
        }

        return node is Leaf leaf && key.SequenceEqual(leaf.Key) ? leaf : null;
    }

    private static Node? Update(Node? node, Span<Change> changes, int depth)
    {
        if (changes.IsEmpty)
            return node;
        if (node is not Branch branch)
            return Build(Merged(node as Leaf, changes), depth);
        var right = Partition(changes, depth, static change => change.Key);
        return Join(Update(branch.Left, changes[..right], depth + 1), Update(branch.Right, changes[right..], depth + 1));
    }

    private static Leaf[] Merged(Leaf? present, ReadOnlySpan<Change> changes)
    {
        var leaves = new List<Leaf>(changes.Length + 1);
        foreach (var (key, value) in changes)
        {
            if (present is not null && key.AsSpan().SequenceEqual(present.Key))
                present = null;
            if (value is not null)
                leaves.Add(new(key, value));
        }

        if (present is not null)
            leaves.Add(present);
        return [.. leaves];
    }

    private static Node? Build(Span<Leaf> leaves, int depth)
    {
        if (leaves.Length < 2)
            return leaves.IsEmpty ? null : leaves[0];
        var right = Partition(leaves, depth, static leaf => leaf.Key);
        return Join(Build(leaves[..right], depth + 1), Build(leaves[right..], depth + 1));
    }

    // A leaf stands as near to the root as it is alone.
    private static Node? Join(Node? left, Node? right) => (left, right) switch
    {
        (null, null or Leaf) => right,
        (Leaf, null) => left,
        _ => new Branch(left, right),
    };

    /// <summary>Puts items whose key has bit 0 at a depth before those with bit 1, and says where the latter begin.</summary>
    private static int Partition<T>(Span<T> items, int depth, Func<T, byte[]> keyOf)
    {
        var end = items.Length;
        for (var i = 0; i < end;)
        {
            if (!Bit(keyOf(items[i]), depth))
            {
                i++;
                continue;
            }

            end--;
            (items[i], items[end]) = (items[end], items[i]);
        }

        return end;
    }

    private readonly record struct Change(byte[] Key, string? Value);

    private abstract class Node
    {
        private byte[]? _hash;

        public byte[] Hash => _hash ??= Compute();

        protected abstract byte[] Compute();
    }

    private sealed class Leaf(byte[] key, string value) : Node
    {
        public byte[] Key => key;

        public string Value => value;

        protected override byte[] Compute() => LeafOf(key, value);
    }

    private sealed class Branch(Node? left, Node? right) : Node
    {
        public Node? Left => left;

        public Node? Right => right;

        protected override byte[] Compute() => MerkleMap.Join(BranchTag, HashOf(left).Span, HashOf(right).Span);
    }
}
