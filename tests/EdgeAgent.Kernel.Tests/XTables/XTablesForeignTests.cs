using EdgeAgent.Dataplane;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>What others have in the same tables stays, with what it has counted; what they do to ours is seen.</summary>
public sealed class XTablesForeignTests : XTablesTest
{
    private const string Theirs = """
        *filter
        :INPUT DROP [11:660]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [7:420]
        :f2b-sshd - [0:0]
        :DOCKER-USER - [0:0]
        [5:300] -A INPUT -p tcp -m multiport --dports 22,2222 -m comment --comment "their own" -j f2b-sshd
        [3:180] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        [0:0] -A INPUT -p icmp -m limit --limit 5/sec -j ACCEPT
        [2:120] -A FORWARD -j DOCKER-USER
        [1:60] -A f2b-sshd -s 198.51.100.7/32 -j REJECT --reject-with icmp-port-unreachable
        [4:240] -A f2b-sshd -j RETURN
        [2:120] -A DOCKER-USER -m mark --mark 0x1/0xff -g f2b-sshd
        COMMIT

        """;

    [Fact]
    public void Rules_chains_and_counters_of_others_stay_as_they_are()
    {
        Restore(Theirs);
        var before = Foreign();
        Assert.Contains("[5:300] -A INPUT -p tcp -m multiport --dports 22,2222 -m comment --comment \"their own\" -j f2b-sshd", before);
        for (var seed = 0; seed < 5; seed++)
        {
            Establish(Compile(RandomHostPolicy.Of(seed, Sayable)));
            Assert.Equal(before, Foreign());
        }

        Remove();
        Assert.Equal(before, Lines(Save(arguments: "-c"), _ => true));
    }

    [Fact]
    public void A_jump_that_is_not_at_the_head_any_more_is_put_back()
    {
        var desired = Compile(Clients("10.0.0.1"));
        Establish(desired);
        Run("iptables-legacy", "-I INPUT 1 -p tcp -j ACCEPT");
        Assert.NotEmpty(XTablesDiffer.Plan(Kernel.Read().Held, desired));
        Establish(desired);
        Same(desired, "after their rule");
        Assert.Equal([$"-A INPUT -j {FilterTable.ChainOf(Hook.Input)}", "-A INPUT -p tcp -j ACCEPT"], Lines(Save(), line => line.StartsWith("-A INPUT", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("iptables-legacy", "-F EDGEAGENT-INPUT")]
    [InlineData("iptables-legacy", "-F")]
    [InlineData("iptables-legacy", "-D OUTPUT -j EDGEAGENT-OUTPUT")]
    [InlineData("ip6tables-legacy", "-I EDGEAGENT-INPUT -j ACCEPT")]
    [InlineData("iptables-legacy", "-I EDGEAGENT-INPUT -m mark --mark 1 -j ACCEPT")]
    [InlineData("iptables-legacy", "-I EDGEAGENT-INPUT ! -s 10.0.0.0/8 -j RETURN")]
    [InlineData("iptables-legacy", "-N EDGEAGENT-more")]
    [InlineData("ipset", "flush")]
    [InlineData("ipset", "destroy EDGEAGENT-stamp")]
    [InlineData("ipset", "create EDGEAGENT-theirs hash:ip timeout 5")]
    public void Whatever_others_do_to_ours_changes_the_mark_and_is_repaired(string program, string arguments)
    {
        var desired = Compile(Clients("10.0.0.1", "10.0.0.7"));
        Establish(desired);
        var mark = Kernel.ReadMark();
        Run(program, arguments);
        Assert.NotEqual(mark, Kernel.ReadMark());
        Assert.NotEmpty(XTablesDiffer.Plan(Kernel.Read().Held, desired));
        Establish(desired);
        Same(desired, arguments);
    }

    [Fact]
    public void Their_rules_alone_are_no_drift()
    {
        var desired = Compile(Clients("10.0.0.1"));
        Establish(desired);
        Run("iptables-legacy", "-A INPUT -p udp -j DROP");
        Run("ipset", "create theirs hash:ip");
        Same(desired, "after their rule");
    }

    [Fact]
    public void What_can_drop_what_we_let_pass_is_named()
    {
        Establish(Compile(Clients("10.0.0.1")));
        Assert.Empty(Kernel.ReadShadows().Chains);
        Run("iptables-legacy", "-N theirs");
        Run("iptables-legacy", "-A OUTPUT -j theirs");
        Run("iptables-legacy", "-A theirs -p udp -j REJECT");
        Run("ip6tables-legacy", "-P INPUT DROP");
        Assert.Equal(["iptables filter OUTPUT", "ip6tables filter INPUT (policy drop)"], Kernel.ReadShadows().Chains);
    }

    [Fact]
    public void A_chain_that_their_rule_needs_is_not_taken_from_under_it()
    {
        Establish(Compile(Clients("10.0.0.1")));
        Run("iptables-legacy", "-A FORWARD -j EDGEAGENT-INPUT");
        var refusal = Assert.Throws<Netlink.NetlinkException>(Remove);
        Assert.Contains("leads to chain EDGEAGENT-INPUT", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_writers_under_the_lock_lose_nothing()
    {
        const int rounds = 40;
        var others = Task.Run(() =>
        {
            for (var i = 0; i < rounds; i++)
                Run("iptables-legacy", $"-w 20 -A INPUT -p udp --dport {1000 + i} -j ACCEPT");
        });
        var last = Compile(Clients("10.0.0.1"));
        for (var i = 0; i < rounds; i++)
            Establish(last = Compile(Clients("10.0.0.1") with { Mode = i % 2 == 0 ? Contracts.EnforcementMode.Audit : Contracts.EnforcementMode.Enforce }));
        await others;
        Same(last, "after both");
        Assert.Equal(rounds, Lines(Save(), line => line.StartsWith("-A INPUT -p udp", StringComparison.Ordinal)).Length);
    }

    private string[] Foreign() => Lines(Save(arguments: "-c"), line => !line.Contains(XTablesRuleset.Prefix, StringComparison.Ordinal));
}
