using System.Diagnostics.CodeAnalysis;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What a logged packet's prefix says: <c>in deny default/reviews-to-ratings</c>, or <c>out log default/watch</c>.</summary>
/// <param name="Direction">The direction of the flow.</param>
/// <param name="Verdict">Deny (also where audit mode then allows) or Log.</param>
/// <param name="Policy">The policy; empty where one map holds the denials of many policies.</param>
public readonly record struct LogPrefix(Direction Direction, Verdict Verdict, string Policy)
{
    private const string Several = "*";

    /// <summary>Reads a prefix that <see cref="ToString"/> made.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out LogPrefix prefix)
    {
        prefix = default;
        if (text?.Split(' ') is not [("in" or "out") and var direction, ("deny" or "log") and var verdict, { Length: > 0 } policy])
            return false;
        prefix = new(
            direction == "in" ? Direction.Inbound : Direction.Outbound,
            verdict == "deny" ? Verdict.Deny : Verdict.Log,
            policy == Several ? "" : policy);
        return true;
    }

    /// <summary>The prefix; at most 127 bytes.</summary>
    public override string ToString() =>
        $"{(Direction == Direction.Inbound ? "in" : "out")} {(Verdict == Verdict.Log ? "log" : "deny")} {(Policy.Length == 0 ? Several : Policy)}";
}
