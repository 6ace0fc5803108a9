using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>A program that changes with its sets is at every moment what a compilation from scratch gives, or says that it cannot tell.</summary>
public sealed class ProgramPropertyTests
{
    private const int Changes = 15;

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 10)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Members_that_come_and_go_give_what_a_compilation_gives(int batch)
    {
        var (changed, all) = (0, 0);
        for (var seed = batch * 6; seed < (batch + 1) * 6; seed++)
        {
            var shape = HostPolicyShape.Everything with { Members = seed % 3 == 0 ? 8 : 60, Logs = seed % 4 == 0, Sets = seed % 2 == 0 ? 3 : 6 };
            var run = new ProgramRun(RandomHostPolicy.Of(seed, shape));
            var members = new MemberChanges(new Random(seed));
            for (var i = 0; i < Changes; i++, all++)
                changed += run.Step(members.Next(run.Policy), $"seed {seed}, change {i}") ? 1 : 0;
        }

        Assert.True(changed * 5 > all, $"only {changed} of {all} changes were made without compiling");
    }

    [Fact]
    public void A_host_that_joins_a_crowd_is_one_element_at_each_place()
    {
        var run = new ProgramRun(Crowd(300));
        var joined = With(run.Policy, "clients", "10.9.0.1/32");
        Assert.True(run.Step(joined, "joined"));
        Assert.Equal(["add 1 elements to in-tcp-80.4-g2", "flush chain stamp", "append rule to chain stamp"], run.Last!.Operations.Select(operation => operation.ToString()));
        Assert.True(run.Step(With(run.Policy, "clients", "10.9.0.1/32", leaves: true), "left"));
        Assert.Equal("delete 1 elements of in-tcp-80.4-g2", run.Last!.Operations[0].ToString());
    }

    [Fact]
    public void A_crowd_that_outgrows_its_map_is_compiled()
    {
        var run = new ProgramRun(Crowd(125));
        for (var i = 0; i < 120; i++)
            run.Step(With(run.Policy, "clients", $"10.9.0.{i * 2}/32"), $"host {i}");
        Assert.InRange(run.Compiled, 1, 2);
    }

    [Fact]
    public void Neighbours_that_merge_into_wide_blocks_and_part_again_are_followed()
    {
        var policy = Crowd(10);
        policy = With(policy, "clients", "10.7.0.0/25");
        policy = With(policy, "clients", "10.8.0.0/20");
        var run = new ProgramRun(policy);
        Assert.False(run.Step(With(run.Policy, "clients", "10.8.3.7/32", leaves: true), "a hole: single addresses and intervals do not change together"));
        Assert.False(run.Step(With(run.Policy, "clients", "10.8.3.7/32"), "closed"));
        Assert.True(run.Step(With(run.Policy, "clients", "10.8.16.0/21"), "grown"));
        Assert.True(run.Step(With(run.Policy, "clients", "10.7.0.128/25"), "merged"));
    }

    [Fact]
    public void What_is_not_sure_is_refused_and_stays_refused()
    {
        var policy = Crowd(3);
        var program = PolicyProgram.Compile(policy, HostPolicyDigest.Of(policy), CompileOptions.Default);
        var emptied = policy with { Sets = policy.Sets.SetItem("clients", new("clients", [])) };
        Assert.Null(program.TryChange([(policy.Sets["clients"], emptied.Sets["clients"])], Stamp.Of(emptied)));
        Assert.Null(program.TryChange([], Stamp.Of(policy)));
        Assert.Throws<InvalidOperationException>(program.Confirm);
    }

    [Fact]
    public void A_change_that_the_kernel_did_not_take_is_the_last()
    {
        var policy = Crowd(3);
        var joined = With(policy, "clients", "10.9.0.1/32");
        var program = PolicyProgram.Compile(policy, HostPolicyDigest.Of(policy), CompileOptions.Default);
        var before = RulesetDigest.Of(program.Ruleset);
        Assert.NotNull(program.TryChange([(policy.Sets["clients"], joined.Sets["clients"])], Stamp.Of(joined)));
        Assert.Equal(before, RulesetDigest.Of(program.Ruleset));
        Assert.Null(program.TryChange([(policy.Sets["clients"], joined.Sets["clients"])], Stamp.Of(joined)));
    }

    private static HostPolicy Crowd(int peers)
    {
        var web = new PolicyReference("NetworkPolicy", "default", "web", "ingress[0]");
        var rule = new Rule(Verdict.Allow, web) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single(80)], PeerAnyOf = ["clients"] };
        return new()
        {
            Revision = new(1),
            Inbound = [new Stage([new Branch(null, [new Block([rule], BlockEnd.Deny, web with { Rule = "" })])])],
            Sets = HostPolicy.Empty.Sets.Add("clients", new("clients", Enumerable.Range(0, peers).Select(i => Cidr.Single(new(IpFamily.V4, 0x0a000000u + ((uint)i * 2)))))),
        };
    }

    private static HostPolicy With(HostPolicy policy, string id, string block, bool leaves = false)
    {
        var (members, change) = (policy.Sets[id].Prefixes, Cidr.Parse(block));
        return policy with
        {
            Revision = policy.Revision.Next,
            Sets = policy.Sets.SetItem(id, new(id, leaves ? CidrSet.Except(members, [change]) : members.Append(change))),
        };
    }
}
