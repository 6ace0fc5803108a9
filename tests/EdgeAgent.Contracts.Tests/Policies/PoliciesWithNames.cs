using EdgeAgent.Testing;

namespace EdgeAgent.Contracts.Tests;

/// <summary>Sets of names are a part of a policy like any other, and where there are none nothing says that there could be.</summary>
public sealed class PoliciesWithNames
{
    private const int Worlds = 300;

    private static readonly string[] Known = ["a.example.com", "b.example.com", "c.example.com", "d.example.com"];

    [Fact]
    public void A_delta_carries_sets_of_names_that_came_changed_or_went()
    {
        var withNames = 0;
        for (var seed = 0; seed < Worlds; seed++)
        {
            var (from, to) = (RandomHostPolicy.WithNames(seed), RandomHostPolicy.WithNames(seed + Worlds));
            withNames += from.DomainSets.IsEmpty ? 0 : 1;
            var (arrived, summary) = HostPolicyDelta.Between(from, to).ApplyTo(from, HostPolicySummary.Of(from));
            Assert.True(HostPolicyDigest.Text(to) == HostPolicyDigest.Text(arrived), $"seed {seed}");
            Assert.True(to.DomainSets.Values.SequenceEqual(arrived.DomainSets.Values), $"seed {seed}");
            Assert.Equal(HostPolicyDigest.Of(to), summary.Digest);
        }

        Assert.True(withNames > 20, $"{withNames} policies with names");
    }

    [Fact]
    public void A_policy_with_resolved_names_is_the_policy_with_their_addresses()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var policy = RandomHostPolicy.WithNames(seed);
            var names = Resolution(new(seed));
            var byHand = policy with
            {
                Sets = policy.Sets.AddRange(policy.DomainSets.Values.Select(set => KeyValuePair.Create(set.Id, new AddressSet(set.Id, set.Names.SelectMany(name => names.Of(name)).Select(Cidr.Single))))),
                DomainSets = HostPolicy.Empty.DomainSets,
            };
            Assert.Equal(HostPolicyDigest.Text(byHand), HostPolicyDigest.Text(policy.With(names)));
            Assert.Equal(HostPolicyDigest.Of(byHand), HostPolicyDigest.Of(policy.With(names)));
            Assert.Equal(names.For(policy), names.For(policy).For(policy));
            Assert.Equal(HostPolicyDigest.Of(policy.With(names)), HostPolicyDigest.Of(policy.With(names.For(policy))));
        }
    }

    [Fact]
    public void The_digest_depends_on_names_and_is_part_of_the_protocol()
    {
        // Both sides compute it: another value is another version of the protocol.
        Assert.Equal("b34f23693f93", HostPolicyDigest.Of(RandomHostPolicy.Of(7)).Short);
        Assert.Equal("572c79f3414d", HostPolicyDigest.Of(HostPolicy.Empty).Short);
        var named = HostPolicy.Empty with { DomainSets = HostPolicy.Empty.DomainSets.Add("d", new("d", ["a.example.com"])) };
        Assert.NotEqual(HostPolicyDigest.Of(HostPolicy.Empty), HostPolicyDigest.Of(named));
        Assert.NotEqual(HostPolicyDigest.Of(named), HostPolicyDigest.Of(named with { DomainSets = named.DomainSets.SetItem("d", new("d", ["b.example.com"])) }));
    }

    [Theory]
    [InlineData("db.example.com", "db.example.com")]
    [InlineData("DB.Example.COM.", "db.example.com")]
    [InlineData("_srv.a-b.xn--p1ai", "_srv.a-b.xn--p1ai")]
    [InlineData("db", "db")]
    public void Names_have_one_form(string text, string expected)
    {
        Assert.True(DomainName.TryParse(text, out var name, out _));
        Assert.Equal(expected, name);
        Assert.True(DomainName.IsCanonical(expected));
    }

    [Theory]
    [InlineData("*.example.com", "wildcard")]
    [InlineData("", "expected a name")]
    [InlineData(".", "expected a name")]
    [InlineData("a..b", "no part of a name")]
    [InlineData("a.b..", "no part of a name")]
    [InlineData("-a.b", "no part of a name")]
    [InlineData("a-.b", "no part of a name")]
    [InlineData("a b.c", "no part of a name")]
    [InlineData("a/b.c", "no part of a name")]
    [InlineData("b\u00fccher.example", "xn--")]
    [InlineData("10.0.0.1", "like an address")]
    [InlineData("::1", "no part of a name")]
    public void What_is_no_name_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(DomainName.TryParse(text, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_have_limits()
    {
        var label = new string('a', 63);
        Assert.True(DomainName.TryParse($"{label}.{label}.{label}.{new string('a', 61)}", out _, out _));
        Assert.False(DomainName.TryParse($"{label}.{label}.{label}.{new string('a', 62)}", out _, out _));
        Assert.False(DomainName.TryParse($"{label}a.com", out _, out _));
    }

    private static ResolvedNames Resolution(Random random) => ResolvedNames.Of(Known.Where(_ => random.Next(4) > 0).Select(name => KeyValuePair.Create(
        name,
        Enumerable.Range(0, random.Next(4)).Select(_ => new IpAddress(IpFamily.V4, (UInt128)(uint)random.Next(1, 256))))));
}
