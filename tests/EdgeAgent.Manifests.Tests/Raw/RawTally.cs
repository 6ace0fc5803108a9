namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>What flows of random worlds showed, so that a test can tell whether they show anything.</summary>
/// <param name="Allowed">Flows that pass.</param>
/// <param name="Denied">Flows that do not.</param>
/// <param name="Passed">Halves that routes or Sidecars leave open at hosts that they close.</param>
/// <param name="Closed">Other halves at such hosts.</param>
/// <param name="Alone">Ends that by themselves let pass what both together do not.</param>
/// <param name="Audited">Audited policies that would deny what one end allows.</param>
internal readonly record struct RawTally(int Allowed, int Denied, int Passed, int Closed, int Alone, int Audited)
{
    /// <summary>Flows that pass through machines.</summary>
    public int Forwarded { get; init; }

    /// <summary>Flows that machines do not let through.</summary>
    public int Kept { get; init; }

    public static RawTally operator +(RawTally one, RawTally other) => new(
        one.Allowed + other.Allowed, one.Denied + other.Denied, one.Passed + other.Passed, one.Closed + other.Closed, one.Alone + other.Alone, one.Audited + other.Audited)
    {
        Forwarded = one.Forwarded + other.Forwarded,
        Kept = one.Kept + other.Kept,
    };
}
