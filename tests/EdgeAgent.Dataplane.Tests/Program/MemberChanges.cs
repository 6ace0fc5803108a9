using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>Makes random changes of members: peers and blocks come and go, in one set or several, nothing else changes.</summary>
internal sealed class MemberChanges(Random random)
{
    public HostPolicy Next(HostPolicy policy)
    {
        var sets = policy.Sets;
        var count = random.Next(10) == 0 ? 0 : random.Next(1, 3);
        var together = random.Next(3) == 0 ? Block() : (Cidr?)null;
        for (var i = 0; i < count; i++)
        {
            var set = sets.Values.ElementAt(random.Next(sets.Count));
            sets = sets.SetItem(set.Id, new(set.Id, Members(set, together)));
        }

        return policy with { Sets = sets, Revision = policy.Revision.Next };
    }

    private IEnumerable<Cidr> Members(AddressSet set, Cidr? together) => random.Next(4) switch
    {
        0 when set.Prefixes.Count > 0 => CidrSet.Except(set.Prefixes, [set.Prefixes[random.Next(set.Prefixes.Count)]]),
        1 => CidrSet.Except(set.Prefixes, [together ?? Block()]),
        _ => set.Prefixes.Append(together ?? Block()),
    };

    private Cidr Block() => random.Next(40) switch
    {
        0 => Cidr.All(random.Next(2) == 0 ? IpFamily.V4 : IpFamily.V6),
        < 3 => new(Address(), new[] { 8, 16, 20, 24, 25 }[random.Next(5)]),
        < 8 => new(Address(), random.Next(26, 33)),
        _ => Cidr.Single(Address()),
    };

    private IpAddress Address() => random.Next(4) > 0
        ? new(IpFamily.V4, 0x0a000000u + (UInt128)((random.Next(3) << 8) + random.Next(256)))
        : new(IpFamily.V6, ((UInt128)0xfd00 << 112) + (UInt128)random.Next(64));
}
