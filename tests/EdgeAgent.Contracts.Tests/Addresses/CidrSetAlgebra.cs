namespace EdgeAgent.Contracts.Tests;

/// <summary>The algebra of address blocks against sets of single addresses, in corners of both families.</summary>
public sealed class CidrSetAlgebra
{
    private static readonly (IpAddress First, int Length)[] Corners =
    [
        (IpAddress.Parse("0.0.0.0"), 27), (IpAddress.Parse("10.0.0.0"), 27), (IpAddress.Parse("255.255.255.224"), 27),
        (IpAddress.Parse("::"), 123), (IpAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffe0"), 123),
    ];

    [Fact]
    public void Operations_are_those_of_sets()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var (left, right) = (Blocks(random), Blocks(random));
            var (a, b) = (Addresses(left), Addresses(right));
            Check(seed, "canonical", a, CidrSet.Canonical(left));
            Check(seed, "intersect", a.Intersect(b), CidrSet.Intersect(left, right));
            Check(seed, "except", a.Except(b), CidrSet.Except(left, right));
        }
    }

    [Fact]
    public void Whole_families_minus_blocks()
    {
        Assert.Equal("[]", Text(CidrSet.Except([Cidr.All(IpFamily.V6)], [Cidr.All(IpFamily.V6)])));
        Assert.Equal("[::/0]", Text(CidrSet.Except([Cidr.All(IpFamily.V4), Cidr.All(IpFamily.V6)], [Cidr.Parse("0.0.0.0/1"), Cidr.Parse("128.0.0.0/1")])));
        Assert.Equal(32, CidrSet.Except([Cidr.All(IpFamily.V4)], [Cidr.Parse("10.0.0.1")]).Length);
        Assert.Equal(128, CidrSet.Except([Cidr.All(IpFamily.V6)], [Cidr.Parse("fd00::1")]).Length);
        Assert.Equal("[0.0.0.0/0, ::/0]", Text(CidrSet.Canonical([Cidr.Parse("128.0.0.0/1"), Cidr.All(IpFamily.V6), Cidr.Parse("0.0.0.0/1"), Cidr.Parse("10.0.0.0/8")])));
    }

    private static string Text(System.Collections.Immutable.ImmutableArray<Cidr> blocks) => new EquatableArray<Cidr>(blocks).ToString();

    private static void Check(int seed, string operation, IEnumerable<IpAddress> expected, System.Collections.Immutable.ImmutableArray<Cidr> actual)
    {
        var wanted = expected.Order().ToList();
        Assert.True(wanted.SequenceEqual(Addresses(actual).Order()), $"seed {seed}: {operation}: {Text(actual)}");
        Assert.True(actual.SequenceEqual(actual.Order()), $"seed {seed}: {operation}: not sorted");
        Assert.True(actual.SequenceEqual(CidrSet.Canonical(wanted.Select(Cidr.Single))), $"seed {seed}: {operation}: not canonical: {Text(actual)}");
        foreach (var address in wanted)
            Assert.True(CidrSet.Contains(actual, address), $"seed {seed}: {operation}: {address} not found");
        foreach (var (first, _) in Corners)
            Assert.True(wanted.Contains(first) == CidrSet.Contains(actual, first), $"seed {seed}: {operation}: {first}");
    }

    private static List<Cidr> Blocks(Random random) => [.. Enumerable.Range(0, random.Next(8)).Select(_ =>
    {
        var (first, length) = Corners[random.Next(Corners.Length)];
        return new Cidr(first with { Bits = first.Bits + (uint)random.Next(32) }, length + random.Next(6));
    })];

    private static HashSet<IpAddress> Addresses(IEnumerable<Cidr> blocks)
    {
        var result = new HashSet<IpAddress>();
        foreach (var block in blocks)
        {
            for (var bits = block.Network.Bits; ; bits++)
            {
                result.Add(block.Network with { Bits = bits });
                if (bits == block.Last.Bits)
                    break;
            }
        }

        return result;
    }
}
