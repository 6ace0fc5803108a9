using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What a table was made from; it stands in the table as the comment of the one rule of <see cref="Ruleset.StampChain"/>.</summary>
/// <param name="Revision">The revision of the host policy.</param>
/// <param name="Policy">The digest of the host policy.</param>
public readonly record struct Stamp(Revision Revision, Digest Policy)
{
    /// <summary>The stamp of a host policy.</summary>
    public static Stamp Of(HostPolicy policy) => new(policy.Revision, HostPolicyDigest.Of(policy));

    /// <summary>The stamp of a table; null where it has none.</summary>
    public static Stamp? Of(Ruleset ruleset) =>
        ruleset.Chains.TryGetValue(Ruleset.StampChain, out var chain) && chain.Rules is [{ Comment: var comment }] && TryParse(comment, out var stamp) ? stamp : null;

    /// <summary>
    /// The rule that carries it: one step that decides nothing, so that <c>nft</c> can read its own listing again. A verdict would make the
    /// kernel check all chains and walk all verdict maps anew, which costs several times what the change of one element does.
    /// </summary>
    public ChainRule ToRule() => new([new Limit(1, 5)], ToString());

    /// <summary>Reads <c>revision 42 policy 3f2a…</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Stamp stamp)
    {
        stamp = default;
        if (text?.Split(' ') is not ["revision", var number, "policy", { Length: > 0 } hex]
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            || !Digest.TryParse(hex, out var digest))
            return false;
        stamp = new(new(revision), digest);
        return true;
    }

    /// <summary><c>revision 42 policy 3f2a…</c>.</summary>
    public override string ToString() => $"revision {Revision} policy {Policy}";
}
