using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>The table of a random world says what a reference evaluator says of flows between hosts.</summary>
public sealed class RandomFlowTables
{
    private const int FewPackets = 4;

    [Fact]
    public void Cells_are_the_verdicts_and_unions_of_atoms_and_groups_that_are_alike_have_equal_cells()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var resources = RandomWorld.Create(seed);
            var table = FlowTable.Of(PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources])).State);
            CheckVerdicts(table, new(resources), random, seed);
            CheckAtoms(table, seed);
            CheckAlike(table, seed);
        }
    }

    private static void CheckVerdicts(FlowTable table, PolicyOracle oracle, Random random, int seed)
    {
        var pairs = from source in oracle.Hosts
                    from destination in oracle.Hosts
                    where source.Key != destination.Key
                    from self in source.Addresses.Items
                    from peer in destination.Addresses.Items
                    where self.Family == peer.Family
                    select (self.Network, peer.Network);
        foreach (var (self, peer) in pairs)
        {
            var allowed = table.Allowed(table.GroupOf(self)!, table.GroupOf(peer)!, self.Family)!;
            var packets = BoundaryPackets.Between(self, peer).ToList();
            foreach (var packet in Enumerable.Range(0, FewPackets).Select(_ => packets[random.Next(packets.Count)]))
            {
                var (first, second) = packet.Protocol.HasIcmpType ? (packet.IcmpType, packet.IcmpCode) : (packet.Port, packet.SourcePort);
                Assert.True(oracle.Allows(packet) == allowed.Contains(packet.Protocol, first, second), $"seed {seed}: {packet}, allowed {allowed}");
            }
        }
    }

    private static void CheckAtoms(FlowTable table, int seed)
    {
        var atoms = table.Atoms();
        Assert.Equal(TrafficSet.All, atoms.Aggregate(TrafficSet.None, (all, atom) => all.Union(atom)));
        for (var i = 0; i < atoms.Length; i++)
            Assert.DoesNotContain(atoms[(i + 1)..], other => other.Overlaps(atoms[i]));
        foreach (var cell in table.Cells().DistinctBy(cell => cell.Allowed))
            Assert.True(atoms.All(atom => !atom.Overlaps(cell.Allowed) || atom.Except(cell.Allowed).IsNone), $"seed {seed}: {cell.Allowed}");
    }

    private static void CheckAlike(FlowTable table, int seed)
    {
        foreach (var members in table.Alike())
        {
            foreach (var third in table.Groups.Where(group => !members.Contains(group)))
            {
                foreach (var family in new[] { IpFamily.V4, IpFamily.V6 })
                {
                    Assert.True(members.Select(group => table.Allowed(group, third, family)).Distinct().Count() == 1, $"seed {seed}: to {third}");
                    Assert.True(members.Select(group => table.Allowed(third, group, family)).Distinct().Count() == 1, $"seed {seed}: from {third}");
                }
            }
        }
    }
}
