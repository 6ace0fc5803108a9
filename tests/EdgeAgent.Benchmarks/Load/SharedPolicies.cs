using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using Google.Protobuf;

namespace EdgeAgent.Benchmarks;

/// <summary>The policies that simulated agents hold: each is read, and its digest proven, once for all who were sent it.</summary>
internal sealed class SharedPolicies
{
    private readonly ConcurrentDictionary<string, HeldPolicy> _policies = new(StringComparer.Ordinal);

    /// <summary>The policy with a digest.</summary>
    public HeldPolicy this[string digest] => _policies[digest];

    /// <summary>Takes a whole policy; its digest.</summary>
    /// <exception cref="WireFormatException">It is not what it says.</exception>
    public string Accept(Wire.V1.Snapshot snapshot)
    {
        if (!_policies.ContainsKey(snapshot.Digest))
            _policies.TryAdd(snapshot.Digest, new(snapshot.Digest, HostPolicyMapping.FromWire(snapshot, Held)));
        return snapshot.Digest;
    }

    /// <summary>Takes a change; the digest of what it leads to.</summary>
    /// <exception cref="WireFormatException">It is not what it says.</exception>
    /// <exception cref="HostPolicyMismatchException">It does not lead to what it says.</exception>
    public string Accept(Wire.V1.Delta delta, string held)
    {
        if (delta.BaseDigest != held)
            throw new InvalidOperationException($"a delta on {delta.BaseDigest} for an agent that holds {held}");
        if (!_policies.ContainsKey(delta.Digest))
            _policies.TryAdd(delta.Digest, new(delta.Digest, HostPolicyMapping.FromWire(delta).ApplyTo(_policies[held].Policy)));
        return delta.Digest;
    }

    private AddressSet? Held(Digest digest) => _policies.Values.SelectMany(held => held.Policy.Sets.Values).FirstOrDefault(set => set.Digest == digest);
}

/// <summary>A policy, and what a kernel that holds it would show.</summary>
internal sealed class HeldPolicy(string digest, HostPolicy policy)
{
    /// <summary>The policy.</summary>
    public HostPolicy Policy { get; } = policy;

    /// <summary>The digest of the kernel's text, and the text packed.</summary>
    public (string Digest, ByteString Proof) Kernel { get; } = KernelOf(Encoding.UTF8.GetBytes($"what a kernel holds of policy {digest}\n"));

    private static (string Digest, ByteString Proof) KernelOf(byte[] text)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
            brotli.Write(text);
        return (Digest.Of(text).Hex, ByteString.CopyFrom(packed.ToArray()));
    }
}
