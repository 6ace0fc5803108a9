using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Kernel.Tests;

public sealed class ShadowTests : KernelTest
{
    private IReadOnlyList<string> Shadows(string rules)
    {
        Kernel.Commit(Installation.Of(SampleRulesets.Everything));
        Host.Nft("-f -", rules);
        return Kernel.ReadShadows(forward: false).Chains;
    }

    [Fact]
    public void Our_own_table_shadows_nothing() => Assert.Empty(Shadows(""));

    [Theory]
    [InlineData("table inet fw { chain in { type filter hook input priority 10; policy drop; }\n }", "inet fw in (input, priority 10, policy drop)")]
    [InlineData("table ip fw { chain out { type filter hook output priority -1; tcp dport 80 drop; }\n }", "ip fw out (output, priority -1)")]
    [InlineData("table ip6 fw { chain through { type filter hook forward priority 0; reject; }\n }", "ip6 fw through (forward, priority 0)")]
    [InlineData("table inet fw { chain leaf { drop; }\n chain mid { jump leaf; }\n chain in { type filter hook input priority 0; goto mid; }\n }", "inet fw in (input, priority 0)")]
    [InlineData("table inet fw { map m { type inet_service : verdict; }\n chain in { type filter hook input priority 0; tcp dport vmap @m; }\n }", "inet fw in (input, priority 0)")]
    public void A_foreign_chain_that_can_drop_is_named(string rules, string shadow) => Assert.Equal([shadow], Shadows(rules));

    [Theory]
    [InlineData("table inet fw { chain in { type filter hook input priority 0; policy accept; tcp dport 80 accept; counter; }\n }")]
    [InlineData("table inet fw { chain leaf { drop; }\n chain in { type filter hook input priority 0; policy accept; return; }\n }")]
    [InlineData("table ip nat { chain post { type nat hook postrouting priority 100; masquerade; }\n }")]
    [InlineData("table bridge b { chain in { type filter hook input priority 0; policy drop; }\n }")]
    public void A_foreign_chain_that_cannot_drop_is_not(string rules) => Assert.Empty(Shadows(rules));

    [Fact]
    public void What_is_forwarded_counts_only_where_something_of_ours_looks_at_it()
    {
        Host.Nft("-f -", "table ip fw { chain through { type filter hook forward priority 0; policy drop; }\n }");
        Assert.Empty(Kernel.ReadShadows(forward: false).Chains);
        Assert.Equal(["ip fw through (forward, priority 0, policy drop)"], Kernel.ReadShadows(forward: true).Chains);
        Assert.False(Kernel.ReadShadows(forward: true).AtForward);

        Host.Nft("-f -", "table inet edgeagent { chain through { type filter hook forward priority 0; }\n }");
        Assert.Equal(["ip fw through (forward, priority 0, policy drop)"], Kernel.ReadShadows(forward: false).Chains);
        Assert.True(Kernel.ReadShadows(forward: false).AtForward);
    }

    [Fact]
    public void Legacy_tables_are_looked_at_where_they_are_and_not_made_where_they_are_not()
    {
        using var legacy = new LegacyTables(Host.Path);
        Assert.Empty(legacy.ReadShadows(forward: true));
        Assert.DoesNotContain("filter", Host.Execute("cat", ["/proc/self/net/ip_tables_names", "/proc/self/net/ip6_tables_names"]), StringComparison.Ordinal);

        Host.Execute("iptables-legacy", ["-A", "INPUT", "-p", "tcp", "--dport", "80", "-j", "ACCEPT"]);
        Host.Execute("iptables-legacy", ["-A", "FORWARD", "-j", "DROP"]);
        Assert.Empty(legacy.ReadShadows(forward: false));
        Assert.Equal(["iptables filter FORWARD"], legacy.ReadShadows(forward: true));

        Host.Execute("ip6tables-legacy", ["-P", "OUTPUT", "DROP"]);
        Assert.Equal(["ip6tables filter OUTPUT (policy drop)"], legacy.ReadShadows(forward: false));
    }
}
