using System.Data.Common;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>A walk along a log from its first row, to the first one that is wrong.</summary>
internal sealed class ChainWalk(string log)
{
    private long _last;

    /// <summary>The hash of the last sound row.</summary>
    public byte[] Hash { get; private set; } = HashChain.Beginning;

    /// <summary>Looks at the next row; what is wrong with it, or null.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="computed">The hash that its content and the row before give.</param>
    /// <param name="stored">The hash that is stored with it.</param>
    public ChainFinding? Step(long number, byte[] computed, byte[] stored)
    {
        if (number != _last + 1)
            return new(log, _last + 1, $"missing: the row after {_last} is {number}");
        if (!computed.AsSpan().SequenceEqual(stored))
            return new(log, number, "altered or out of its place: its hash is not that of its content after the row before");
        (_last, Hash) = (number, stored);
        return null;
    }

    /// <summary>Compares the end with the signed head.</summary>
    public ChainFinding? End(ChainHeads heads, DbConnection connection) => heads.Check(connection, log, _last, Hash);
}
