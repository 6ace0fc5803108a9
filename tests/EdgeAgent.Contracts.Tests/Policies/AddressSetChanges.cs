namespace EdgeAgent.Contracts.Tests;

/// <summary>A set that members join and leave is the set that is made of the members, whatever way it came about.</summary>
public sealed class AddressSetChanges
{
    [Fact]
    public void A_changed_set_is_the_set_of_its_members()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var set = new AddressSet("peers", Enumerable.Range(0, random.Next(3) * 3_000).Select(_ => Block(random)));
            for (var step = 0; step < 25; step++)
            {
                var next = new AddressSet("peers", Members(set, random));
                var (removed, added) = AddressSet.Between(set, next);
                var changed = set.Changed(removed.ToEquatableArray(), added.ToEquatableArray());
                Assert.True(changed == next && changed.Prefixes == next.Prefixes, $"seed {seed}, step {step}");
                Assert.True(removed.SequenceEqual(set.Prefixes.Except(next.Prefixes)) && added.SequenceEqual(next.Prefixes.Except(set.Prefixes)), $"seed {seed}, step {step}: differences");
                var (back, forth) = AddressSet.Between(changed, set);
                Assert.Equal((added.Count, removed.Count), (back.Count, forth.Count));
                for (var probe = 0; probe < 20; probe++)
                {
                    var address = Block(random).Network;
                    Assert.Equal(next.Prefixes.Any(block => block.Contains(address)), changed.Contains(address));
                }

                set = changed;
            }
        }
    }

    [Fact]
    public void A_set_that_addresses_join_and_leave_is_the_set_of_those_that_are_there()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);

            // Close together, so that blocks grow and break, up to all addresses of a small world.
            var width = random.Next(3, 12);
            var members = new HashSet<IpAddress>();
            var set = new AddressSet("peers", []);
            for (var step = 0; step < 400; step++)
            {
                var address = random.Next(6) == 0
                    ? new IpAddress(IpFamily.V6, UInt128.MaxValue - (UInt128)random.Next(1 << width))
                    : new IpAddress(IpFamily.V4, uint.MaxValue - (UInt128)random.Next(1 << width));
                var (joins, before) = (random.Next(5) > 1, set);
                set = joins ? set.With(address) : set.Without(address);
                Assert.True((joins ? members.Add(address) : members.Remove(address)) != ReferenceEquals(set, before), $"seed {seed}, step {step}: {address}");
                var expected = new AddressSet("peers", members.Select(Cidr.Single));
                Assert.True(set == expected && set.Prefixes == expected.Prefixes && set.Count == expected.Prefixes.Count, $"seed {seed}, step {step}: {set.Prefixes}, expected {expected.Prefixes}");
            }
        }

        var all = new AddressSet("all", [Cidr.All(IpFamily.V4)]);
        Assert.Equal(all, all.Without(IpAddress.Parse("0.0.0.0")).With(IpAddress.Parse("0.0.0.0")));
        Assert.Equal(32, all.Without(IpAddress.Parse("0.0.0.0")).Count);
    }

    [Fact]
    public void A_change_that_is_not_canonical_is_refused()
    {
        var set = new AddressSet("peers", [Cidr.Parse("10.0.0.0/24"), Cidr.Parse("10.0.4.7/32")]);
        foreach (var block in new[] { "10.0.0.7/32", "10.0.0.0/16", "10.0.1.0/24", "10.0.4.6/32" })
            Assert.Throws<ArgumentException>(() => set.Changed([], [Cidr.Parse(block)]));
        Assert.Equal(set.Digest, set.Changed([Cidr.Parse("10.9.9.9/32")], [Cidr.Parse("10.0.0.0/24")]).Digest);
    }

    [Fact]
    public void A_delta_that_would_break_a_set_is_refused()
    {
        var policy = HostPolicy.Empty with { Sets = HostPolicy.Empty.Sets.Add("peers", new("peers", [Cidr.Parse("10.0.0.0/24")])) };
        var delta = HostPolicyDelta.Between(policy, policy) with { SetChanges = [new("peers", [Cidr.Parse("10.0.0.9/32")], [])] };
        Assert.Contains("10.0.0.9/32", Assert.Throws<HostPolicyMismatchException>(() => delta.ApplyTo(policy)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_that_was_carried_along_is_that_of_the_policy_and_the_delta_leads_there()
    {
        var reference = new PolicyReference("NetworkPolicy", "default", "p", "");
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var (policy, summary) = (HostPolicy.Empty, HostPolicySummary.Of(HostPolicy.Empty));
            for (var step = 0; step < 60; step++)
            {
                var ids = Enumerable.Range(0, random.Next(4)).Select(_ => $"set-{random.Next(400)}").Distinct().ToList();
                var sets = policy.Sets;
                foreach (var id in ids)
                    sets = random.Next(3) == 0 ? sets.Remove(id) : sets.SetItem(id, new(id, [Block(random)]));
                var next = policy with { Sets = sets, Mode = random.Next(8) == 0 ? EnforcementMode.Audit : policy.Mode };
                if (random.Next(6) == 0)
                    next = next with { Outbound = [new([new(ids.FirstOrDefault(), [new([], BlockEnd.Deny, reference)])])] };
                if (random.Next(8) == 0)
                    next = next with { PortSets = next.PortSets.SetItem("ports", new("ports", [new(Block(random).Network, IpProtocol.Tcp, 80)])) };
                var after = summary.After(next, ids);
                Assert.Equal(HostPolicyDigest.Of(next), after.Digest);

                var delta = HostPolicyDelta.Between((policy, summary), (next, after), AddressSetChange.Between);
                var whole = HostPolicyDelta.Between(policy, next);
                Assert.Equal((whole.Inbound, whole.Outbound, whole.RemovedSets, whole.PortSetChanges), (delta.Inbound, delta.Outbound, delta.RemovedSets, delta.PortSetChanges));
                Assert.Equal(whole.SetChanges, delta.SetChanges);
                Assert.Equal(HostPolicyDigest.Text(next), HostPolicyDigest.Text(delta.ApplyTo(policy, summary).Policy));
                (policy, summary) = (next, after);
            }
        }
    }

    [Fact]
    public void A_branch_that_is_changed_has_another_digest()
    {
        var branch = new Branch("peers", []);
        Assert.Equal(new Branch("peers", []).Digest, branch.Digest);
        Assert.NotEqual((branch with { PeerSet = null }).Digest, branch.Digest);
        Assert.Equal(branch with { PeerSet = null }, new Branch(null, []));
    }

    [Fact]
    public void Summaries_tell_which_sets_differ_and_when_more_does()
    {
        var sets = Enumerable.Range(0, 1000).Select(i => new AddressSet($"set-{i}", [Cidr.Single(new(IpFamily.V4, (UInt128)i))]));
        var policy = HostPolicy.Empty with { Sets = HostPolicy.Empty.Sets.AddRange(sets.Select(set => KeyValuePair.Create(set.Id, set))) };
        var summary = HostPolicySummary.Of(policy);
        var changed = policy with { Sets = policy.Sets.SetItem("set-7", new("set-7", [])).SetItem("set-900", new("set-900", [Cidr.Parse("10.0.0.0/8")])) };
        var after = summary.After(changed, ["set-7", "set-900", "set-8"]);
        Assert.Equal(HostPolicyDigest.Of(changed), after.Digest);
        Assert.True(HostPolicySummary.TryCompareSets(summary, after, out var differing));
        Assert.Equal(["set-7", "set-900"], differing.Select(set => set.To.Id).Order(StringComparer.Ordinal));

        Assert.False(HostPolicySummary.TryCompareSets(summary, HostPolicySummary.Of(policy with { Mode = EnforcementMode.Audit }), out _));
        Assert.False(HostPolicySummary.TryCompareSets(summary, HostPolicySummary.Of(policy with { Sets = policy.Sets.Remove("set-7") }), out _));
        Assert.False(HostPolicySummary.TryCompareSets(summary, HostPolicySummary.Of(policy with { Inbound = [new Stage([])] }), out _));
    }

    private static IEnumerable<Cidr> Members(AddressSet set, Random random) => random.Next(5) switch
    {
        0 => set.Prefixes.Where(_ => random.Next(400) > 0),
        1 => CidrSet.Except(set.Prefixes, [Block(random)]),
        2 => set.Prefixes.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => Block(random))),
        3 when set.Prefixes.Count > 0 => set.Prefixes.Where((_, i) => i != random.Next(set.Prefixes.Count)),
        _ => set.Prefixes.Append(Block(random)),
    };

    private static Cidr Block(Random random) => random.Next(10) switch
    {
        0 => new(new(IpFamily.V4, 0x0a000000u + (UInt128)random.Next(1 << 16)), random.Next(20, 32)),
        1 => Cidr.Single(new(IpFamily.V6, ((UInt128)0xfd00 << 112) + (UInt128)random.Next(1 << 16))),
        _ => Cidr.Single(new(IpFamily.V4, 0x0a000000u + (UInt128)random.Next(1 << 16))),
    };
}
