using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Verdicts;

/// <summary>What applying manifests would change.</summary>
/// <param name="Response">What the control plane answers or would answer, but for the flows.</param>
/// <param name="Flows">The flows whose verdict would differ.</param>
internal sealed record ResourceDiff(ApplyResponse Response, IReadOnlyList<FlowView> Flows)
{
    /// <summary>Compares with other manifests, without any server.</summary>
    /// <param name="paths">What would be applied.</param>
    /// <param name="against">What is taken to be in force.</param>
    /// <param name="prune">Whether what the first lack would be deleted.</param>
    /// <param name="terminal">Where findings go.</param>
    /// <exception cref="CommandFailure">One of the two has errors, all of which were written to standard error.</exception>
    public static ResourceDiff Of(string[] paths, string[] against, bool prune, Terminal terminal)
    {
        if (paths.Contains("-") && against.Contains("-"))
            throw CommandFailure.BadInput("edgectl: '-' is given for both sides; standard input can be read once");
        var old = ManifestReader.Read(InputFiles.Read(against, terminal));
        var now = ManifestReader.Read(InputFiles.Read(paths, terminal));
        var set = now.Resources.ToDictionary(resource => resource.Key);
        var kept = prune ? [] : old.Resources.Where(resource => !set.ContainsKey(resource.Key)).ToList();
        Findings.WriteAndStopAtErrors(terminal, [.. old.Diagnostics, .. now.Diagnostics, .. ManifestReader.Check(old.Resources), .. ManifestReader.Check([.. kept, .. now.Resources])]);

        var before = Apply(EngineState.Empty, new([.. old.Resources.Select(resource => resource.Model)], []), terminal).State;
        var deleted = prune ? old.Resources.Select(resource => resource.Key).Where(key => !set.ContainsKey(key)).ToList() : [];
        var applied = Apply(before, new([.. now.Resources.Select(resource => resource.Model)], [.. deleted]), terminal);
        var response = new ApplyResponse { Accepted = true, HostsTouched = applied.Changed.Count + applied.Removed.Length };
        var earlier = old.Resources.ToDictionary(resource => resource.Key, resource => resource.Text);
        response.Changes.AddRange(now.Resources.Select(resource => Change(resource.Key, KindOf(resource, earlier))));
        response.Changes.AddRange(deleted.Select(key => Change(key, ChangeKind.Deleted)));
        return new(response, [.. ChangedFlows.Between(before, applied.State).Changes.Select(FlowView.Of)]);
    }

    private static ApplyResult Apply(EngineState state, Change change, Terminal terminal)
    {
        var result = PolicyEngine.Apply(state, change);
        if (!result.Accepted)
            Findings.WriteAndStopAtErrors(terminal, result.Diagnostics);
        return result;
    }

    private static ResourceChange Change(Policy.ResourceKey key, ChangeKind kind) => new() { Key = KeyText.ToWire(key), Kind = kind };

    private static ChangeKind KindOf(ManifestResource resource, Dictionary<Policy.ResourceKey, string> earlier) =>
        !earlier.TryGetValue(resource.Key, out var text) ? ChangeKind.Created
        : text == resource.Text ? ChangeKind.Unchanged
        : ChangeKind.Changed;
}
