using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;
using EdgeAgent.Testing;
using static EdgeAgent.Kernel.Tests.SampleRulesets;

namespace EdgeAgent.Kernel.Tests;

public sealed class TransactionTests : KernelTest
{
    private static AddElements Adding(params (byte[], byte[], ElementValue?)[] elements) => new(Peers4, Set(Peers4, elements).Elements);

    [Fact]
    public void A_batch_that_fails_at_its_end_changes_nothing()
    {
        Kernel.Commit(Installation.Of(Everything));
        var (before, generation) = (Now(), Kernel.ReadGeneration());
        var error = Assert.Throws<NetlinkException>(() => Commit(
            new FlushChain("input"),
            Adding(One(Key("10.0.0.99"), Counted("denied.in"))),
            new CreateCounter("new"),
            new DeleteSet("no-such-set")));
        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Equal("delete set no-such-set", error.FailedMessage);
        Assert.Equal(before, Now());
        Assert.Equal(generation, Kernel.ReadGeneration());
    }

    [Fact]
    public void A_batch_that_fails_at_its_start_changes_nothing()
    {
        Kernel.Commit(Installation.Of(Everything));
        var before = Now();
        var error = Assert.Throws<NetlinkException>(() => Commit(new DeleteChain("no-such-chain"), new FlushChain("input")));
        Assert.Equal("delete chain no-such-chain", error.FailedMessage);
        Assert.Equal(before, Now());
    }

    [Fact]
    public void A_refused_element_is_named_by_its_key()
    {
        Kernel.Commit(Installation.Of(Everything));
        var error = Assert.Throws<NetlinkException>(() => Commit(
            new FlushChain("in-deny"),
            Adding(One(Key("10.1.0.1"), Counted("denied.in")), One(Key("10.1.0.2"), Counted("no-such-counter")), One(Key("10.1.0.3"), Counted("denied.in")))));
        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Equal("add element 10.1.0.2 to in-tcp-9080.4", error.FailedMessage);
        Assert.Contains("No such file or directory (ENOENT)", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.AttributeOffset);
    }

    [Fact]
    public void A_missing_element_cannot_be_deleted_and_is_named()
    {
        Kernel.Commit(Installation.Of(Everything));
        var error = Assert.Throws<NetlinkException>(() => Commit(new DeleteElements(Services4, Set(Services4, One(Key("10.0.0.9", (byte)17, 53), Counted("denied.in"))).Elements)));
        Assert.Equal("delete element 10.0.0.9 . udp . 53 of out-services.4", error.FailedMessage);
    }

    [Fact]
    public void A_key_with_another_value_is_replaced_by_deleting_and_adding_in_one_batch()
    {
        Kernel.Commit(Installation.Of(Everything));
        var changed = One(Key("10.0.0.1"), Counted("denied.in"));
        Assert.Equal(Errno.EEXIST, Assert.Throws<NetlinkException>(() => Commit(Adding(changed))).Errno);
        Commit(new DeleteElements(Peers4, Set(Peers4, changed).Elements), Adding(changed));
        var peers = Kernel.Read().Ruleset!.Sets[Peers4.Name].Elements;
        Assert.Equal(new CounterValue("denied.in"), peers.Value(peers.IndexOf(Key("10.0.0.1"))));
    }

    [Fact]
    public void A_full_set_says_so()
    {
        var small = Peers4 with { Size = 2 };
        var error = Assert.Throws<NetlinkException>(() => Commit(
            new CreateTable(false),
            new CreateCounter("c"),
            new CreateSet(small),
            new AddElements(small, Set(small, One(Key("10.0.0.1"), Counted("c")), One(Key("10.0.0.2"), Counted("c")), One(Key("10.0.0.3"), Counted("c"))).Elements)));
        Assert.Equal((Errno.ENFILE, "add element 10.0.0.3 to in-tcp-9080.4"), (error.Errno, error.FailedMessage));
        Assert.Equal("no table", Now());
    }

    [Fact]
    public void A_batch_for_another_generation_is_not_applied()
    {
        Kernel.Commit(Installation.Of(Everything));
        var generation = Kernel.ReadGeneration();
        Host.Nft("add table inet other");
        var before = Now();
        var error = Assert.Throws<NetlinkException>(() => Kernel.Commit(Of(new CreateCounter("new")), generation));
        Assert.Equal(Errno.ERESTART, error.Errno);
        Assert.Equal(before, Now());
        Assert.Equal(generation + 2, Kernel.Commit(Of(new CreateCounter("new")), generation + 1).Generation);
    }

    [Fact]
    public void An_update_starts_again_when_somebody_came_between()
    {
        Kernel.Commit(Installation.Of(Everything));
        var plans = 0;
        Kernel.Update(table =>
        {
            if (++plans <= 3)
                Host.Nft($"add table inet other{plans}");
            Assert.Contains("denied.in", table.Ruleset!.Counters);
            return new UpdatePlan([Of(new CreateCounter("first")), Of(new CreateCounter("second"))]);
        });
        Assert.Equal(4, plans);
        Assert.Superset(new HashSet<string> { "first", "second" }, Kernel.Read().Ruleset!.Counters.ToHashSet());
    }

    [Fact]
    public void An_update_gives_up_when_somebody_always_comes_between()
    {
        Kernel.Commit(Installation.Of(Everything));
        var plans = 0;
        var error = Assert.Throws<NetlinkException>(() => Kernel.Update(
            _ =>
            {
                Host.Nft($"add table inet other{++plans}");
                return new UpdatePlan([Of(new CreateCounter("never"))]);
            },
            attempts: 3));
        Assert.Equal((Errno.ERESTART, 3), (error.Errno, plans));
        Assert.DoesNotContain("never", Kernel.Read().Ruleset!.Counters);
    }

    [Fact]
    public void What_changes_nothing_makes_no_generation()
    {
        Kernel.Commit(Installation.Of(Everything));
        var generation = Kernel.ReadGeneration();
        Assert.Equal(generation, Commit().Generation);
        Assert.Equal(generation, Commit(Adding()).Generation);
        Assert.Equal(generation, Commit(Adding(One(Key("10.0.0.1"), Counted("default/reviews-to-ratings.in")))).Generation);
        Assert.Equal(generation, Kernel.ReadGeneration());
    }

    [Fact]
    public void Every_operation_undoes_its_opposite()
    {
        Kernel.Commit(Installation.Of(Everything));
        var before = Now();
        var extra = Ranges4 with { Name = "extra" };
        var elements = Set(extra, (Key("1.0.0.0"), Key("1.255.255.255"), Counted("c")), (Key("2.0.0.0"), Key("2.0.0.1"), Counted("c")), (Key("2.0.0.2"), Key("255.255.255.255"), Counted("c"))).Elements;
        Commit(new CreateCounter("c"), new CreateSet(extra), new AddElements(extra, elements), new CreateChain("extra", null), new AppendRule("extra", Rule(null, new Count("c"))));
        Assert.Equal(3, Kernel.Read().Ruleset!.Sets["extra"].Elements.Count);
        Commit(new DeleteElements(extra, Set(extra, (Key("2.0.0.0"), Key("2.0.0.1"), Counted("c"))).Elements));
        Assert.Equal(2, Kernel.Read().Ruleset!.Sets["extra"].Elements.Count);
        Commit(new FlushChain("extra"), new DeleteChain("extra"), new DeleteSet("extra"), new DeleteCounter("c"));
        Assert.Equal(before, Now());
        Kernel.DeleteTable();
        Kernel.DeleteTable();
        Assert.Equal("no table", Now());
    }

    [Fact]
    public void Replacing_the_whole_table_in_one_batch_works()
    {
        Kernel.Commit(Installation.Of(Everything));
        Host.Nft("add table inet edgeagent { flags dormant; }");
        Host.Nft("add chain inet edgeagent foreign { type filter hook prerouting priority 0; policy drop; }");
        Assert.NotEmpty(Kernel.Read().Foreign);
        Kernel.Commit(new Transaction([new DeleteTable(), .. Installation.Of(Everything).Operations]));
        var table = Kernel.Read();
        Assert.Empty(table.Foreign);
        Assert.Equal(RulesetFields.Of(Everything), RulesetFields.Of(table.Ruleset!));
    }

    [Fact]
    public void Foreign_tables_stay_as_they_are()
    {
        Host.Nft("-f -", "table inet other { set s { type ipv4_addr; elements = { 1.2.3.4 } }\n chain c { type filter hook input priority 0; policy accept; ip saddr @s drop; }\n }\n table ip nat { chain post { type nat hook postrouting priority 100; masquerade; }\n }");
        var before = Host.Nft("list ruleset");
        Kernel.Commit(Installation.Of(Everything));
        Commit(new FlushChain("input"), new CreateCounter("c"));
        Kernel.DeleteTable();
        Assert.Equal(before, Host.Nft("list ruleset"));
    }

    [Fact]
    public void An_owned_table_withstands_others_and_stays_when_its_socket_closes()
    {
        if (!KernelFeatures.Probe(Host.Path).OwnedTables)
        {
            Assert.Equal(Errno.EOPNOTSUPP, Assert.Throws<NetlinkException>(() => Kernel.Commit(Installation.Of(Everything, owned: true))).Errno);
            return;
        }

        Kernel.Commit(Installation.Of(Everything, owned: true));
        Assert.Equal(Kernel.PortId, Kernel.Read().OwnerPort);
        Host.Nft("flush ruleset");
        Assert.Throws<InvalidOperationException>(() => Host.Nft("delete table inet edgeagent"));
        Assert.Equal(RulesetFields.Of(Everything), Now());
        Commit(new CreateCounter("mine"));

        Kernel.Dispose();
        using var next = new NetfilterKernel(Host.Path);
        Assert.Equal(0u, next.Read().OwnerPort);
        next.Commit(Of(new CreateTable(Owned: true), new DeleteCounter("mine")));
        Assert.Equal(next.PortId, next.Read().OwnerPort);
        Assert.Equal(RulesetFields.Of(Everything), RulesetFields.Of(next.Read().Ruleset!));
    }

    [Fact]
    public void A_hundred_thousand_elements_are_loaded_and_read_back_exactly()
    {
        const int count = 100_000;
        var big = Peers4 with { Size = 2 * count };
        var ports = Services6 with { Size = 2 * count };
        var elements = new ElementTable.Builder(big);
        var services = new ElementTable.Builder(ports);
        for (var i = 0; i < count; i++)
        {
            elements.Add(Key($"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}"), Counted($"default/policy-{i % 100}.in"));
            if (i % 10 == 0)
                services.Add(Key("fd00::1", (byte)6, i / 10 + 1));
        }

        var ruleset = Installation.Ruleset(
            Enumerable.Range(0, 100).Select(static i => $"default/policy-{i}.in"),
            [new NamedSet(big, elements.Build()), new NamedSet(ports, services.Build())],
            []);
        Kernel.Commit(Installation.Of(ruleset));
        var read = Kernel.Read().Ruleset!;
        Assert.Equal(ruleset.Sets[big.Name].Elements, read.Sets[big.Name].Elements);
        Assert.Equal(ruleset.Sets[ports.Name].Elements, read.Sets[ports.Name].Elements);
        Commit(new DeleteElements(big, ruleset.Sets[big.Name].Elements));
        Assert.Equal(0, Kernel.Read().Ruleset!.Sets[big.Name].Elements.Count);
    }

    [Fact]
    public void Thousands_of_ranges_are_split_and_read_back_exactly()
    {
        var builder = new ElementTable.Builder(Ranges4);
        for (var i = 0; i < 5000; i++)
            builder.Add(Key($"10.{i >> 8}.{i & 255}.0"), Key($"10.{i >> 8}.{i & 255}.{(i % 2 == 0 ? 255 : 7)}"), Counted("c"));
        var ruleset = Installation.Ruleset(["c"], [new NamedSet(Ranges4, builder.Build())], []);
        Kernel.Commit(Installation.Of(ruleset));
        Assert.Equal(ruleset.Sets[Ranges4.Name].Elements, Kernel.Read().Ruleset!.Sets[Ranges4.Name].Elements);
    }

    [Fact]
    public async Task Reading_while_another_commits_is_consistent()
    {
        using var other = new NetfilterKernel(Host.Path);
        var counters = Enumerable.Range(0, 40).Select(static i => $"c{i}").ToList();
        other.Commit(Of(new CreateTable(false)));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                other.Commit(new Transaction(counters.Select(static c => (Operation)new CreateCounter(c)).ToEquatableArray()));
                Thread.Sleep(1);
                other.Commit(new Transaction(counters.Select(static c => (Operation)new DeleteCounter(c)).ToEquatableArray()));
                Thread.Sleep(1);
            }
        });
        try
        {
            for (var i = 0; i < 200; i++)
                Assert.Contains(Kernel.Read().Ruleset!.Counters.Count, new[] { 0, 40 });
        }
        finally
        {
            await stop.CancelAsync();
            await writer;
        }
    }
}
