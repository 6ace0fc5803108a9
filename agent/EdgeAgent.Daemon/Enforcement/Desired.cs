using EdgeAgent.Dataplane;

namespace EdgeAgent.Daemon;

/// <summary>The content that our table is to have.</summary>
internal static class Desired
{
    /// <summary>The log group of denied packets.</summary>
    internal static ushort LogGroup => CompileOptions.Default.LogGroup;

    /// <summary>Compiles an enforcement.</summary>
    /// <param name="enforcement">Policy and failsafes.</param>
    /// <param name="held">What the table holds, whose maps keep their sizes where they fit; null for nothing.</param>
    /// <exception cref="UncompilablePolicyException">This host cannot enforce it.</exception>
    internal static Ruleset Of(Enforcement enforcement, Ruleset? held) => RulesetCompiler.Compile(
        enforcement.Policy.Policy,
        CompileOptions.Default with
        {
            Failsafes = enforcement.Failsafes,
            SizesInUse = held is null ? CompileOptions.Default.SizesInUse : SetSizes.Of(held),
        });
}
