using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>
/// A state depends on its resources alone, whatever changes led to it, and what a change reports of hosts and policies leads from each
/// host's policy before to the one after. A state stays what it was while others are made from it.
/// </summary>
public sealed class ChangeProperty
{
    private readonly Dictionary<SharedPolicy, Digest> _digests = [];

    /// <summary>Applies a change and looks at what it reports.</summary>
    /// <exception cref="PropertyFailedException">It does not hold.</exception>
    public ApplyResult Step(EngineState state, Change change)
    {
        var result = PolicyEngine.Apply(state, change);
        if (result.Accepted)
            CheckChanged(state, result);
        else
            PropertyFailedException.Unless(ReferenceEquals(result.State, state) && result.Changed.Count == 0, () => "a refused change changed something");
        return result;
    }

    /// <summary>Compares a state with one that is built from nothing of the same resources.</summary>
    /// <exception cref="PropertyFailedException">They differ.</exception>
    public void AssertAsFromScratch(EngineState state) =>
        AssertSame(PolicyEngine.Apply(EngineState.Empty, Change.Of([.. state.Resources.Values])).State, state);

    /// <summary>Compares two states of the same resources.</summary>
    /// <exception cref="PropertyFailedException">They differ.</exception>
    public void AssertSame(EngineState expected, EngineState actual)
    {
        PropertyFailedException.Unless(expected.Hosts.SequenceEqual(actual.Hosts), () => $"hosts: expected {string.Join(", ", expected.Hosts)}, got {string.Join(", ", actual.Hosts)}");
        foreach (var host in expected.Hosts)
        {
            PropertyFailedException.Unless(DigestOf(expected, host) == DigestOf(actual, host), () =>
                $"{host}\nfrom scratch:\n{HostPolicyDigest.Text(expected.PolicyOf(host)!)}\nincremental:\n{HostPolicyDigest.Text(actual.PolicyOf(host)!)}");
        }

        PropertyFailedException.Unless(
            expected.Derived.Policies == actual.Derived.Policies && expected.Derived.Suggestions == actual.Derived.Suggestions,
            () => $"derived from scratch:\n{Derived(expected)}\nincremental:\n{Derived(actual)}");
        var (wanted, warned) = (Warnings(expected), Warnings(actual));
        PropertyFailedException.Unless(wanted == warned, () => $"warnings from scratch:\n{wanted}\nincremental:\n{warned}");
    }

    /// <summary>Looks whether policies seen before are what they were.</summary>
    /// <exception cref="PropertyFailedException">One is not.</exception>
    public void AssertUnchanged()
    {
        foreach (var (policy, digest) in _digests)
            PropertyFailedException.Unless(HostPolicyDigest.Of(policy.Policy) == digest, () => "a policy of an earlier state changed with a later one");
    }

    private static string Derived(EngineState state) => string.Join('\n', state.Derived.Policies.Concat(state.Derived.Suggestions));

    private static string Warnings(EngineState state) => string.Join('\n', PolicyEngine.WarningsOf(state));

    private void CheckChanged(EngineState before, ApplyResult result)
    {
        var changed = result.State.Hosts.Where(host => before.SharedPolicyOf(host) is null || DigestOf(before, host) != DigestOf(result.State, host)).ToList();
        PropertyFailedException.Unless(
            changed.SequenceEqual(result.Changed) && changed.Count == result.Changed.Count,
            () => $"changed {string.Join(", ", changed)} but reported {string.Join(", ", result.Changed)}");
        PropertyFailedException.Unless(
            before.Hosts.Where(host => result.State.SharedPolicyOf(host) is null).SequenceEqual(result.Removed),
            () => $"reported as removed {string.Join(", ", result.Removed)}");
        foreach (var change in result.Changes)
        {
            var from = change.Before ?? SharedPolicy.Empty;
            var arrived = change.After.DeltaFrom(from, AddressSetChange.Between).ApplyTo(from.Policy);
            PropertyFailedException.Unless(HostPolicyDigest.Text(change.After.Policy) == HostPolicyDigest.Text(arrived), () => $"the delta for {change.Hosts.Any} leads elsewhere");
            foreach (var host in change.Hosts)
            {
                PropertyFailedException.Unless(
                    DigestOf(before, host) == (change.Before is null ? default : Of(change.Before)) && DigestOf(result.State, host) == Of(change.After),
                    () => $"{host}: the reported policies are not those that it had and has");
            }
        }
    }

    private Digest DigestOf(EngineState state, ResourceKey host) => state.SharedPolicyOf(host) is { } policy ? Of(policy) : default;

    private Digest Of(SharedPolicy policy)
    {
        if (!_digests.TryGetValue(policy, out var digest))
        {
            _digests[policy] = digest = HostPolicyDigest.Of(policy.Policy);
            PropertyFailedException.Unless(policy.Digest == digest, () => "the digest that was carried along is not that of the policy's content");
        }

        return digest;
    }
}
