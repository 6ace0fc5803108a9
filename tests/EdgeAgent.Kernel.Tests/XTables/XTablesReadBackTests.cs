using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>What is compiled is taken by the kernel, read back as it was compiled, and understood by the programs that others use.</summary>
public sealed class XTablesReadBackTests : XTablesTest
{
    [Fact]
    public void This_kernel_lacks_nothing() => Assert.Empty(Kernel.Missing());

    [Fact]
    public void Every_compiled_policy_is_taken_and_read_back_and_leads_to_the_next()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var desired = Compile(RandomHostPolicy.Of(seed, Sayable));
            Establish(desired);
            Same(desired, $"seed {seed}");
        }
    }

    [Fact]
    public void The_usual_programs_list_it()
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var desired = Compile(RandomHostPolicy.Of(seed, Sayable));
            Establish(desired);
            foreach (var (program, table) in new[] { ("iptables", desired.V4), ("ip6tables", desired.V6) })
            {
                var listed = Run($"{program}-legacy", "-L -n -v");
                var saved = Save(program);
                Assert.All(table.Chains.Keys, chain => Assert.Contains($"Chain {chain} ", listed, StringComparison.Ordinal));
                Assert.Equal(table.Chains.Values.Sum(chain => chain.Rules.Count), Lines(saved, line => line.StartsWith($"-A {XTablesRuleset.Prefix}", StringComparison.Ordinal)).Length);
                Assert.Single(Lines(saved, line => line == $"-A INPUT -j {FilterTable.ChainOf(Hook.Input)}"));
            }

            var sets = Run("ipset", "save");
            Assert.Equal(desired.Sets.Values.Sum(set => set.Elements.Count) + 1, Lines(sets, line => line.StartsWith("add ", StringComparison.Ordinal)).Length);
            Assert.Contains($"comment \"{desired.Stamp}\"", sets, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_the_program_saves_of_ours_it_restores_and_it_means_the_same()
    {
        var desired = Compile(RandomHostPolicy.Of(3, Sayable));
        Establish(desired);
        var (v4, v6) = (Save(), Save("ip6tables"));
        Restore(v4);
        Restore(v6, "ip6tables");
        Assert.Equal(Lines(v4, _ => true), Lines(Save(), _ => true));
        Establish(desired);
        Same(desired, "after the program wrote it");
        Assert.Equal(Lines(v6, _ => true), Lines(Save("ip6tables"), _ => true));
    }

    [Fact]
    public void Many_members_are_added_and_removed()
    {
        var many = Enumerable.Range(0, 20_000).Select(i => $"10.{i / 10_000}.{i / 100 % 100}.{i % 100 * 2}").ToArray();
        foreach (var members in new[] { many, many[..15_000], [.. many[..15_000], "fd00::1", "fd01::/16", "192.168.0.0/16"], many[15_000..], [] })
        {
            var desired = Compile(Clients(members));
            Establish(desired);
            Same(desired, $"{members.Length} members");
        }
    }

    [Fact]
    public void Removal_leaves_nothing()
    {
        Establish(Compile(RandomHostPolicy.Of(5, Sayable)));
        Remove();
        Assert.Equal(XTablesHeld.Nothing, Kernel.Read().Held);
        Assert.DoesNotContain(XTablesRuleset.Prefix, Save() + Save("ip6tables") + Run("ipset", "save"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_taken_is_an_error_in_words()
    {
        var set = new SetSchema("EDGEAGENT-x~0", SetKind.Set, [KeyField.Ipv4Address]) { Size = 4 };
        Kernel.Apply(new CreateAddressSet(set.Name, set, 4));
        var members = new ElementTable.Builder(set);
        for (byte i = 0; i < 9; i++)
            members.Add([10, 0, 0, i]);
        var refusal = Assert.Throws<Netlink.NetlinkException>(() => Kernel.Apply(new AddMembers(set.Name, members.Build())));
        Assert.Contains("the set is full", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("add 9 members to set EDGEAGENT-x~0", refusal.Message, StringComparison.Ordinal);
    }
}
