using EdgeAgent.Testing;

namespace EdgeAgent.Contracts.Tests;

/// <summary>A delta leads from its base to its result and nowhere else; a digest says what a policy means.</summary>
public sealed class HostPolicyDeltas
{
    private const int Worlds = 300;

    [Fact]
    public void A_delta_applied_to_its_base_is_the_next_policy()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var (from, to) = (RandomHostPolicy.Of(seed), RandomHostPolicy.Of(seed + Worlds));
            var arrived = HostPolicyDelta.Between(from, to).ApplyTo(from);
            Assert.True(HostPolicyDigest.Text(to) == HostPolicyDigest.Text(arrived), $"seed {seed}");
            Assert.Equal((to.Revision, to.Mode), (arrived.Revision, arrived.Mode));
            Assert.True(to.Sets.Values.SequenceEqual(arrived.Sets.Values), $"seed {seed}: sets");
            Assert.True(to.PortSets.Values.SequenceEqual(arrived.PortSets.Values), $"seed {seed}: port sets");
        }
    }

    [Fact]
    public void A_delta_between_equal_policies_says_nothing()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var policy = RandomHostPolicy.Of(seed);
            var delta = HostPolicyDelta.Between(policy, RandomHostPolicy.Of(seed) with { Revision = new(9_999) });
            Assert.True(delta is { Inbound: null, Outbound: null, SetChanges.IsEmpty: true, RemovedSets.IsEmpty: true, PortSetChanges.IsEmpty: true, RemovedPortSets.IsEmpty: true }, $"seed {seed}");
            Assert.Equal(delta.Base, delta.Result);
        }
    }

    [Fact]
    public void A_delta_to_another_base_is_refused()
    {
        var (from, to) = (RandomHostPolicy.Of(1), RandomHostPolicy.Of(2));
        var delta = HostPolicyDelta.Between(from, to);
        Assert.Throws<HostPolicyMismatchException>(() => delta.ApplyTo(to));
        var tampered = delta with { Mode = EnforcementMode.Off };
        Assert.Throws<HostPolicyMismatchException>(() => tampered.ApplyTo(from));
    }

    [Fact]
    public void One_member_more_is_one_block_of_a_delta()
    {
        var set = new AddressSet("peers", Enumerable.Range(0, 1000).Select(i => Cidr.Single(new(IpFamily.V4, (UInt128)(2 * i)))));
        var grown = new AddressSet("peers", set.Prefixes.Append(Cidr.Parse("10.0.0.7")));
        var change = Assert.Single(HostPolicyDelta.Between(With(set), With(grown)).SetChanges);
        Assert.Equal("[10.0.0.7/32]", change.Added.ToString());
        Assert.Empty(change.Removed);

        static HostPolicy With(AddressSet set) => HostPolicy.Empty with { Sets = HostPolicy.Empty.Sets.Add(set.Id, set) };
    }

    [Fact]
    public void The_digest_says_what_the_policy_means_but_for_its_revision()
    {
        var digests = new Dictionary<Digest, HostPolicy>();
        for (var seed = 0; seed < Worlds; seed++)
        {
            var policy = RandomHostPolicy.Of(seed);
            Assert.Equal(HostPolicyDigest.Of(policy), HostPolicyDigest.Of(policy with { Revision = policy.Revision.Next }));
            Assert.NotEqual(HostPolicyDigest.Of(policy), HostPolicyDigest.Of(policy with { Mode = EnforcementMode.Audit }));
            if (!digests.TryAdd(HostPolicyDigest.Of(policy), policy))
                Assert.Equal(HostPolicyDigest.Text(digests[HostPolicyDigest.Of(policy)]), HostPolicyDigest.Text(policy));
        }
    }

    [Fact]
    public void Sets_are_canonical_whatever_order_their_members_come_in()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var random = new Random(seed);
            var blocks = Enumerable.Range(0, 20).Select(_ => new Cidr(new(IpFamily.V4, (UInt128)(uint)random.Next(64)), random.Next(26, 33))).ToArray();
            var set = new AddressSet("a", blocks);
            random.Shuffle(blocks);
            var again = new AddressSet("b", blocks.Concat(blocks));
            Assert.True(set.Prefixes == again.Prefixes && set.Digest == again.Digest, $"seed {seed}");
        }
    }
}
