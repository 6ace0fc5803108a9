using EdgeAgent.Contracts;
using EdgeAgent.Wire;

namespace EdgeAgent.Daemon.Tests;

public sealed class PolicyInboxTests
{
    private static readonly HostPolicy First = Policies.Inbound(1, 80, "10.0.0.1", "10.0.0.2");
    private static readonly AgentOptions Options = new() { ControlPlanes = [new("http://localhost")], Name = "a", StateDirectory = "/", Insecure = true };

    // Without TLS nothing is signed, and all is believed.
    private static readonly PolicyTrust All = new(Options, new(Options), StateDirectory.Open("/"));

    private static readonly HostPolicy Second = Policies.Inbound(2, 80, "10.0.0.2", "10.0.0.3");

    [Fact]
    public void Deltas_lead_from_a_snapshot_on()
    {
        var inbox = new PolicyInbox(null, All);
        Assert.IsType<NothingNew>(inbox.Accept(HostPolicyMapping.ToWire(First)));
        Assert.Equal(new PolicyArrived(PolicyVersion.Of(First)), inbox.Accept(Mark(First)));
        Assert.IsType<NothingNew>(inbox.Accept(Delta(First, Second)));
        Assert.Equal(new PolicyArrived(PolicyVersion.Of(Second)), inbox.Accept(Mark(Second)));
        Assert.Equal(PolicyVersion.Of(Second), inbox.Newest);
    }

    [Fact]
    public void Sets_that_the_host_announced_come_without_content()
    {
        var held = PolicyVersion.Of(First);
        var inbox = new PolicyInbox(held, All);
        var moved = First with { Revision = new(5), Mode = EnforcementMode.Audit };
        var snapshot = HostPolicyMapping.ToWire(moved, digest => First.Sets.Values.Any(set => set.Digest == digest));
        Assert.Null(snapshot.Sets[0].Prefixes);
        Assert.IsType<NothingNew>(inbox.Accept(snapshot));
        Assert.Equal(new PolicyArrived(PolicyVersion.Of(moved)), inbox.Accept(Mark(moved)));
    }

    [Fact]
    public void A_delta_on_another_base_asks_for_a_snapshot_and_what_follows_waits_for_it()
    {
        var inbox = new PolicyInbox(PolicyVersion.Of(First), All);
        var third = Policies.Inbound(3, 81, "10.0.0.9");
        Assert.Contains("applies to policy", Assert.IsType<SnapshotNeeded>(inbox.Accept(Delta(Second, third))).Reason, StringComparison.Ordinal);
        Assert.IsType<NothingNew>(inbox.Accept(Delta(third, Second)));
        Assert.IsType<NothingNew>(inbox.Accept(new Wire.V1.InSync { Revision = 3, Digest = "x" }));
        Assert.IsType<NothingNew>(inbox.Accept(HostPolicyMapping.ToWire(third)));
        Assert.IsType<PolicyArrived>(inbox.Accept(Mark(third)));
        Assert.IsType<NothingNew>(inbox.Accept(Delta(third, Second)));
        Assert.IsType<PolicyArrived>(inbox.Accept(Mark(Second)));
    }

    [Fact]
    public void An_in_sync_mark_moves_the_revision_of_what_is_held()
    {
        var held = PolicyVersion.Of(First);
        var inbox = new PolicyInbox(held, All);
        Assert.Equal(new PolicyArrived(held.At(new(9))), inbox.Accept(new Wire.V1.InSync { Revision = 9, Digest = held.Digest.Hex }));
        Assert.IsType<SnapshotNeeded>(inbox.Accept(new Wire.V1.InSync { Revision = 9, Digest = PolicyVersion.Of(Second).Digest.Hex }));
        Assert.IsType<NothingNew>(new PolicyInbox(null, All).Accept(new Wire.V1.InSync { Revision = 9 }));
    }

    [Fact]
    public void Malformed_content_asks_for_a_snapshot_and_changes_nothing()
    {
        var held = PolicyVersion.Of(First);
        foreach (var spoil in new Action<Wire.V1.Snapshot>[]
        {
            snapshot => snapshot.Digest = new string('0', 64),
            snapshot => snapshot.Revision = -1,
            snapshot => snapshot.Mode = (Wire.V1.Mode)77,
            snapshot => snapshot.Sets[0].Prefixes.V4 = Google.Protobuf.ByteString.CopyFrom(200, 1),
            snapshot => snapshot.Sets.Clear(),
            snapshot => snapshot.Inbound[0].Branches[0].Blocks[0].End = 0,
        })
        {
            var inbox = new PolicyInbox(held, All);
            var snapshot = HostPolicyMapping.ToWire(Second);
            spoil(snapshot);
            Assert.IsType<SnapshotNeeded>(inbox.Accept(snapshot));
            Assert.Equal(held, inbox.Newest);
        }
    }

    [Fact]
    public void Waits_grow_to_a_bound_and_are_spread()
    {
        var random = new Random(1);
        var backoff = new Backoff(random.NextDouble);
        var waits = Enumerable.Range(0, 40).Select(_ => backoff.Next()).ToList();
        for (var i = 0; i < waits.Count; i++)
        {
            var bound = Math.Min(0.25 * Math.Pow(2, i), 30);
            Assert.InRange(waits[i].TotalSeconds, bound / 2, bound);
        }

        Assert.True(waits.Skip(10).Distinct().Count() > 20);
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.125, 0.25);
    }

    private static Wire.V1.InSync Mark(HostPolicy policy) => new() { Revision = policy.Revision.Number, Digest = HostPolicyDigest.Of(policy).Hex };

    private static Wire.V1.Delta Delta(HostPolicy from, HostPolicy to) => HostPolicyMapping.ToWire(HostPolicyDelta.Between(from, to));
}
