namespace EdgeAgent.Contracts;

/// <summary>What proves that a host is to enforce a policy, to whoever knows the root of a <see cref="PolicyTree"/>.</summary>
/// <param name="Group">The name of the group that the host is in.</param>
/// <param name="HostPath">The hashes beside the way to the host, 32 bytes each.</param>
/// <param name="GroupPath">The hashes beside the way to the group.</param>
public sealed record PolicyProof(string Group, ReadOnlyMemory<byte> HostPath, ReadOnlyMemory<byte> GroupPath)
{
    private const byte TreeTag = 2;

    /// <summary>The root of the only trees in which a host has a policy and this proof of it; null where this is no proof of anything.</summary>
    public byte[]? RootOf(string host, Digest policy) =>
        MerkleMap.RootOf(host, Group, HostPath.Span) is { } hosts && MerkleMap.RootOf(Group, policy.Hex, GroupPath.Span) is { } policies
            ? Join(hosts, policies)
            : null;

    internal static byte[] Join(ReadOnlySpan<byte> hosts, ReadOnlySpan<byte> policies) => MerkleMap.Join(TreeTag, hosts, policies);
}
