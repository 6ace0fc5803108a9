using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>What the kernel was brought to hold.</summary>
/// <param name="Proof">The proof of it.</param>
/// <param name="Encode">How long writing the messages took.</param>
/// <param name="Kernel">How long the kernel took.</param>
/// <param name="Drift">What others had changed since we last wrote or read it, in words; null for nothing.</param>
internal sealed record TableState(KernelProof Proof, TimeSpan Encode, TimeSpan Kernel, string? Drift);

/// <summary>
/// Brings our table to a desired content by the least change, from what it is known to hold. The knowledge is good as long as the kernel's
/// generation says that nobody committed since; else the table is read. Not for two threads at once.
/// </summary>
internal sealed class TableKeeper(IKernel kernel)
{
    private const int Attempts = 8;

    /// <summary>Up to so many elements (a few milliseconds) the table is read back after every commit. Above, a commit is proven by its
    /// generation alone, and read back by the next comparison.</summary>
    private const int ReadBackUpTo = 20_000;

    private Ruleset? _expected;
    private uint _generation;

    /// <summary>The content that the table is known to have had last; null before the first look, or without table.</summary>
    internal Ruleset? Expected => _expected;

    /// <summary>Makes the table what is desired.</summary>
    /// <param name="desired">The content, given what the table holds now.</param>
    /// <param name="lookFirst">Whether to read the table even if nothing says that it changed.</param>
    /// <exception cref="NetlinkException">The kernel refused; the table decides as before.</exception>
    /// <exception cref="UncompilablePolicyException">From <paramref name="desired"/>; nothing was changed.</exception>
    internal TableState Establish(Func<Ruleset?, Ruleset> desired, bool lookFirst)
    {
        var (encode, inKernel) = (TimeSpan.Zero, TimeSpan.Zero);
        string? drift = null;
        var look = lookFirst;
        for (var attempt = 1; ; attempt++)
        {
            var (held, isOurs, words) = Look(look);
            drift ??= words;
            var wanted = desired(held);
            try
            {
                foreach (var transaction in Plan(held, isOurs, wanted).Transactions)
                {
                    var result = kernel.Commit(transaction, _generation);
                    (_generation, encode, inKernel) = (result.Generation, encode + result.Encode, inKernel + result.Kernel);
                }
            }
            catch (NetlinkException e) when (e.Errno == Errno.ERESTART && attempt < Attempts)
            {
                // Somebody committed in between; what was known may be wrong now.
                look = true;
                continue;
            }
            catch
            {
                _expected = null;
                _generation = 0;
                throw;
            }

            _expected = wanted;
            var digest = RulesetDigest.Of(wanted);
            var elements = wanted.Sets.Values.Sum(set => set.Elements.Count);
            if ((elements <= ReadBackUpTo || lookFirst) && !IsProven(wanted, digest))
            {
                if (attempt == Attempts)
                    throw new NetlinkException("read back the table", Errno.EAGAIN, $"it differed from what was written after each of {Attempts} attempts");
                look = true;
                continue;
            }

            return new(new(digest, wanted.Chains.Values.Sum(chain => chain.Rules.Count), wanted.Sets.Count, elements), encode, inKernel, drift);
        }
    }

    /// <summary>Takes the table away.</summary>
    internal void Remove()
    {
        kernel.DeleteTable();
        _expected = null;
        _generation = 0;
    }

    // The differ knows no words for what others put into the table; only a new table is free of it.
    private static UpdatePlan Plan(Ruleset? held, bool isOurs, Ruleset desired)
    {
        if (isOurs)
            return RulesetDiffer.Plan(held, desired);
        var fresh = RulesetDiffer.Plan(null, desired).Transactions;
        return new([new Transaction(fresh[0].Operations.Prepend(new DeleteTable()).ToEquatableArray()), .. fresh.Skip(1)]);
    }

    private (Ruleset? Held, bool IsOurs, string? Drift) Look(bool read)
    {
        if (!read && _expected is not null && kernel.ReadGeneration() == _generation)
            return (_expected, true, null);
        var table = kernel.Read();
        _generation = table.Generation;
        var drift = _expected is { } expected ? Difference(expected, table) : null;
        return (table.Ruleset, table.Foreign.IsEmpty, drift);
    }

    private bool IsProven(Ruleset wanted, Digest digest)
    {
        var table = kernel.Read();
        _generation = table.Generation;
        return table is { Ruleset: { } found, Foreign.IsEmpty: true } && RulesetDigest.Of(found) == digest && Stamp.Of(found) == Stamp.Of(wanted);
    }

    private static string? Difference(Ruleset expected, KernelTable table)
    {
        if (table.Ruleset is not { } found)
            return $"table inet {Ruleset.Table} was deleted";
        if (table.Foreign.IsEmpty && RulesetDigest.Of(found) == RulesetDigest.Of(expected) && Stamp.Of(found) == Stamp.Of(expected))
            return null;
        var lines = TableDifference.Lines(RulesetText.Of(expected), RulesetText.Of(found)).Concat(table.Foreign.Select(words => "+ " + words)).ToList();
        return lines.Count == 0 ? null : TableDifference.InWords(lines);
    }
}
