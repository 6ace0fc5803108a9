using EdgeAgent.Contracts;
using Google.Protobuf;

namespace EdgeAgent.Wire.Tests;

public sealed class RoundTripTests
{
    private const int Rounds = 500;

    [Fact]
    public void A_snapshot_gives_the_policy_back() => ForEachSeed((messages, seed) =>
    {
        var policy = messages.Policy();
        var bytes = HostPolicyMapping.ToWire(policy).ToByteArray();
        Same(policy, HostPolicyMapping.FromWire(V1.Snapshot.Parser.ParseFrom(bytes)), seed);
    });

    [Fact]
    public void Sets_that_the_host_holds_need_no_content() => ForEachSeed((messages, seed) =>
    {
        var policy = messages.Policy();
        var held = policy.Sets.Values.Where((_, i) => i % 2 == 0).DistinctBy(set => set.Digest).ToDictionary(set => set.Digest);
        var wire = V1.Snapshot.Parser.ParseFrom(HostPolicyMapping.ToWire(policy, held.ContainsKey).ToByteArray());
        Assert.All(wire.Sets, set => Assert.Equal(held.Values.Any(known => known.Digest.Hex == set.Digest), set.Prefixes is null));
        Same(policy, HostPolicyMapping.FromWire(wire, digest => held.GetValueOrDefault(digest)), seed);
        if (held.Count > 0)
            Assert.Throws<WireFormatException>(() => HostPolicyMapping.FromWire(wire));
    });

    [Fact]
    public void A_delta_leads_to_the_other_policy() => ForEachSeed((messages, seed) =>
    {
        var (from, to) = (messages.Policy(), messages.Policy());
        var bytes = HostPolicyMapping.ToWire(HostPolicyDelta.Between(from, to)).ToByteArray();
        Same(to, HostPolicyMapping.FromWire(V1.Delta.Parser.ParseFrom(bytes)).ApplyTo(from), seed);
    });

    [Fact]
    public void Encoded_sets_can_be_shared()
    {
        var policy = new RandomMessages(new Random(7)).Policy();
        var shared = policy.Sets.Values.ToDictionary(set => set.Id, SetMapping.ToWire);
        var wire = HostPolicyMapping.ToWire(policy, null, set => shared[set.Id]);
        Assert.All(wire.Sets, set => Assert.Same(shared[set.Id], set));
        Assert.Equal(HostPolicyMapping.ToWire(policy), wire);
    }

    [Fact]
    public void Facts_come_back() => ForEachSeed((messages, seed) =>
    {
        var facts = messages.Facts();
        var back = HostFactsMapping.FromWire(V1.HostFacts.Parser.ParseFrom(HostFactsMapping.ToWire(facts).ToByteArray()));
        Assert.True(facts == back, $"seed {seed}: {facts} != {back}");
    });

    [Fact]
    public void A_status_comes_back() => ForEachSeed((messages, seed) =>
    {
        var status = messages.Status();
        var back = HostStatusMapping.FromWire(V1.HostStatus.Parser.ParseFrom(HostStatusMapping.ToWire(status).ToByteArray()));
        Assert.True(status == back, $"seed {seed}: {status} != {back}");
    });

    [Fact]
    public void A_failsafe_comes_back() => ForEachSeed((messages, seed) =>
    {
        var failsafe = messages.Failsafe();
        var back = FailsafeMapping.FromWire(V1.Failsafe.Parser.ParseFrom(FailsafeMapping.ToWire(failsafe).ToByteArray()));
        Assert.True(failsafe == back, $"seed {seed}: {failsafe} != {back}");
    });

    [Fact]
    public void The_default_failsafes_come_back() =>
        Assert.Equal(Failsafe.Defaults, Failsafe.Defaults.Select(FailsafeMapping.ToWire).Select(FailsafeMapping.FromWire).ToEquatableArray());

    [Fact]
    public void Generated_code_runs_on_the_protobuf_that_it_is_pinned_to() =>
        Assert.Equal(new Version(3, 25, 1, 0), typeof(IMessage).Assembly.GetName().Version);

    private static void ForEachSeed(Action<RandomMessages, int> check)
    {
        for (var seed = 0; seed < Rounds; seed++)
            check(new(new Random(seed)), seed);
    }

    private static void Same(HostPolicy expected, HostPolicy actual, int seed)
    {
        Assert.True(HostPolicyDigest.Text(expected) == HostPolicyDigest.Text(actual), $"seed {seed}: {HostPolicyDigest.Text(expected)}\n!=\n{HostPolicyDigest.Text(actual)}");
        Assert.True(expected.Revision == actual.Revision && TrafficPaths.All.All(path => expected.StagesOf(path) == actual.StagesOf(path)), $"seed {seed}");
        Assert.True(expected.Sets.Values.SequenceEqual(actual.Sets.Values) && expected.PortSets.Values.SequenceEqual(actual.PortSets.Values) && expected.DomainSets.Values.SequenceEqual(actual.DomainSets.Values), $"seed {seed}");
    }
}
