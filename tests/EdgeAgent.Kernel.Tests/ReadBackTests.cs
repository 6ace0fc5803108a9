using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

public sealed class ReadBackTests : KernelTest
{
    [Fact]
    public void Where_there_is_no_table_there_is_none()
    {
        var table = Kernel.Read();
        Assert.Null(table.Ruleset);
        Assert.Equal(Kernel.ReadGeneration(), table.Generation);
    }

    [Fact]
    public void Every_expression_set_and_chain_comes_back_as_it_was_asked_for()
    {
        var before = Kernel.ReadGeneration();
        var committed = Kernel.Commit(Installation.Of(SampleRulesets.Everything), before);
        Assert.Equal(before + 1, committed.Generation);

        var table = Kernel.Read();
        Assert.Equal(committed.Generation, table.Generation);
        Assert.Empty(table.Foreign);
        Assert.Equal(RulesetFields.Of(SampleRulesets.Everything), RulesetFields.Of(table.Ruleset!));
    }

    [Fact]
    public void What_nft_lists_and_loads_again_is_the_same_table()
    {
        Kernel.Commit(Installation.Of(SampleRulesets.Everything));
        var listed = Host.Nft("list ruleset");

        using var other = new TestNamespace("copy");
        other.Nft("-f -", listed);
        using var otherKernel = new NetfilterKernel(other.Path);
        var copy = otherKernel.Read();
        Assert.Equal(Host.Nft("-n list ruleset"), other.Nft("-n list ruleset"));
        Assert.NotNull(copy.Ruleset);
    }

    [Theory]
    [InlineData("ip saddr map @in-tcp-9080.4 accept comment \"default/reviews-to-ratings\"")]
    [InlineData("meta l4proto . th dport vmap @in-ports")]
    [InlineData("type ipv4_addr . inet_proto . inet_service : counter")]
    [InlineData("type ipv6_addr . inet_proto . inet_service")]
    [InlineData("type inet_proto . inet_service : verdict")]
    [InlineData("elements = { 10.0.0.9 . tcp . 443 : \"allowed.out\" }")]
    [InlineData("tcp . 9080 : goto in-tcp-9080")]
    [InlineData("10.0.0.0/8 : \"default/reviews-to-ratings.in\"")]
    [InlineData("ct state established,related accept comment \"established\"")]
    [InlineData("iifname \"lo\" accept")]
    [InlineData("ip saddr & 255.255.255.0 map @in-tcp-9080.4")]
    [InlineData("type filter hook input priority filter - 5; policy accept;")]
    [InlineData("limit rate 50/second burst 100 packets log prefix \"in:denied\" group 4242 snaplen 96 queue-threshold 20")]
    [InlineData("counter name \"denied.in\" drop comment \"denied\"")]
    [InlineData("reject with tcp reset")]
    [InlineData("reject with icmpx admin-prohibited")]
    [InlineData("comment \"revision 42 policy 3f2a\"")]
    [InlineData("comment \"managed by edgeagent, foreign changes are undone\"")]
    [InlineData("size 256")]
    public void Nft_lists_it_typed_and_named(string expected)
    {
        Kernel.Commit(Installation.Of(SampleRulesets.Everything));
        Assert.Contains(expected, Host.Nft("list ruleset"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_nft_made_is_read_in_the_same_words()
    {
        Host.Nft("-f -", """
            table inet edgeagent {
                counter p { }
                map m { type ipv4_addr : counter; size 128; elements = { 10.0.0.1 : "p" } }
                map r { type ipv4_addr : counter; flags interval; elements = { 10.0.0.0/8 : "p", 192.168.0.0/16 : "p" } }
                chain c { counter name ip saddr map @m accept comment "hi" ; }
                chain input {
                    type filter hook input priority 7; policy accept;
                    ct state invalid drop
                    meta l4proto vmap { tcp : accept }
                }
            }
            """);
        var table = Kernel.Read();
        Assert.Equal(
            """
            counter p
            SetSchema { Name = m, Kind = CounterMap, Key = [Ipv4Address], Intervals = False, Size = 128, KeyLength = 4 }
              0a000001-0a000001 CounterValue { Counter = p }
            SetSchema { Name = r, Kind = CounterMap, Key = [Ipv4Address], Intervals = True, Size = 0, KeyLength = 4 }
              0a000000-0affffff CounterValue { Counter = p }
              c0a80000-c0a8ffff CounterValue { Counter = p }
            chain c 
              LoadMeta { Key = Family, Into = r0 } | Compare { Source = r0, Operator = Equal, Value = [2] } | LoadPayload { Base = Network, Offset = 12, Length = 4, Into = r0 } | CountByMap { Map = m, Key = r0 } | Decide { Verdict = accept } 'hi'
            chain input BaseHook { Hook = Input, Priority = 7, DropsRest = False }
              LoadConntrack { Key = State, Into = r0 } | Bitwise { Source = r0, Into = r0, Mask = [1, 0, 0, 0], Xor = [0, 0, 0, 0] } | Compare { Source = r0, Operator = NotEqual, Value = [0, 0, 0, 0] } | Decide { Verdict = drop } ''
              LoadMeta { Key = TransportProtocol, Into = r0 } | LookupVerdict { Map = __map0, Key = r0 } ''

            """,
            RulesetFields.Of(table.Ruleset!));
        Assert.Equal(["set __map0 of another kind"], table.Foreign);
    }

    [Fact]
    public void The_policy_of_a_chain_is_read_and_set_back_in_place()
    {
        var desired = SampleRulesets.Everything;
        Kernel.Commit(Installation.Of(desired));
        var listed = Host.Nft("-a list ruleset");
        Host.Nft("-f -", "add chain inet edgeagent input { policy drop; }\n");

        var table = Kernel.Read();
        Assert.Empty(table.Foreign);
        Assert.True(table.Ruleset!.Chains["input"].Hook!.DropsRest);
        var transaction = Assert.Single(RulesetDiffer.Plan(table.Ruleset, desired).Transactions);
        Assert.Equal(new SetChainPolicy("input", false), Assert.Single(transaction.Operations));
        Kernel.Commit(transaction, table.Generation);
        Assert.Equal(listed, Host.Nft("-a list ruleset"));
    }

    [Theory]
    [InlineData("add rule inet edgeagent input meta cpu 0 accept", "expression meta in a rule of chain input")]
    [InlineData("add rule inet edgeagent input counter", "expression counter in a rule of chain input")]
    [InlineData("add rule inet edgeagent input limit rate over 5/second drop", "expression limit in a rule of chain input")]
    [InlineData("add rule inet edgeagent input limit rate 5/minute drop", "expression limit in a rule of chain input")]
    [InlineData("add rule inet edgeagent input log prefix x", "expression log in a rule of chain input")]
    [InlineData("add rule inet edgeagent input reject with icmpx port-unreachable", "expression reject in a rule of chain input")]
    [InlineData("add rule inet edgeagent input meta mark set 5", "expression immediate in a rule of chain input")]
    [InlineData("add rule inet edgeagent input ct original packets gt 5", "expression ct in a rule of chain input")]
    [InlineData("add quota inet edgeagent q over 1 mbytes", "object q of type 2")]
    [InlineData("add set inet edgeagent s { type ipv4_addr; flags timeout; }", "set s of another kind")]
    [InlineData("add set inet edgeagent s { type ether_addr; }", "set s of another kind")]
    [InlineData("add map inet edgeagent s { type ipv4_addr : mark; }", "set s of another kind")]
    [InlineData("add chain inet edgeagent x { type filter hook prerouting priority 0; }", "chain x with another type or hook")]
    [InlineData("add chain inet edgeagent x { type nat hook input priority 0; }", "chain x with another type or hook")]
    [InlineData("add table inet edgeagent { flags dormant; }", "table flags 0x1")]
    public void What_the_model_has_no_words_for_is_named_as_foreign(string command, string foreign)
    {
        Kernel.Commit(Installation.Of(SampleRulesets.Everything));
        Host.Nft("-f -", command + "\n");
        Assert.Contains(foreign, Kernel.Read().Foreign);
    }
}
