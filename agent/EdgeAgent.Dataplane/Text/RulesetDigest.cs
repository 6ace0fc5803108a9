using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// The kernel digest: SHA-256 of the canonical text, in which the elements of each set stand as their own SHA-256, and without the stamp.
/// So it proves what is enforced and stays when a revision changes nothing for the host; the stamp is compared apart
/// (<see cref="Stamp"/>). Elements are hashed packed, without being written as text.
/// </summary>
public static class RulesetDigest
{
    /// <summary>The digest.</summary>
    public static Digest Of(Ruleset ruleset) => Digest.Of(TextOf(ruleset));

    /// <summary>The text whose SHA-256, as UTF-8, is the digest.</summary>
    public static string TextOf(Ruleset ruleset) => RulesetText.Write(
        ruleset with { Chains = ruleset.Chains.Remove(Ruleset.StampChain) },
        (text, set) => text.Append(CultureInfo.InvariantCulture, $"\t\t{set.Elements.Count} elements {set.Elements.Digest}\n"));
}
