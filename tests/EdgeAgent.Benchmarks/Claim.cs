using System.Text.Json;

namespace EdgeAgent.Benchmarks;

/// <summary>One measured figure beside what it should be.</summary>
/// <param name="Name">What is claimed, such as <c>kernel.full-load</c>.</param>
/// <param name="Value">What was measured: a median; null where it could not be.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Target">The most that it may be.</param>
/// <param name="Against">What it was measured on or against, or why it was not.</param>
internal sealed record Claim(string Name, double? Value, string Unit, double Target, string Against)
{
    /// <summary>Whether the claim holds.</summary>
    public bool Ok => Value <= Target;

    /// <summary>The claim as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(new
    {
        claim = Name,
        value = Value is { } value ? Math.Round(value, 4) : (double?)null,
        unit = Unit,
        target = Target,
        ok = Ok,
        against = Against,
    });

    /// <summary>The claim as one line for people.</summary>
    public override string ToString() => $"{(Ok ? "ok  " : "MISS")} {Name,-40} {Value,12:0.###} {Unit,-6} (at most {Target:0.###})  {Against}";
}
