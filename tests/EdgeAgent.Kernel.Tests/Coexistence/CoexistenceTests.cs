using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>
/// Beside the programs that administrators use: nothing that we do changes one byte or one handle of their rules, and nothing that they do
/// in their usual work touches ours.
/// </summary>
public sealed class CoexistenceTests : KernelTest
{
    private const int Updates = 50;
    private readonly SwapWorld _world = new(7);

    public static TheoryData<string> Firewalls => [.. ForeignFirewall.All.Select(static firewall => firewall.Name)];

    [Theory]
    [MemberData(nameof(Firewalls))]
    public void Neither_touches_the_other(string name)
    {
        var other = ForeignFirewall.All.Single(firewall => firewall.Name == name);
        using var shell = new ForeignShell(Host);
        shell.Run(other.Start);
        var theirs = Theirs(shell);
        Assert.True(theirs.Length > 200, theirs);

        var ours = Install();
        Assert.Equal(theirs, Theirs(shell));
        for (var i = 0; i < Updates; i++)
        {
            _world.Next();
            ours = Install();
        }

        Assert.Equal(ours, Ours());
        Assert.Equal(theirs, Theirs(shell));
        foreach (var damage in new[] { "delete table inet edgeagent", "flush chain inet edgeagent input", "add chain inet edgeagent hole { type filter hook input priority -9; }" })
        {
            Host.Nft(damage.Contains('{', StringComparison.Ordinal) ? "-f -" : damage, damage);
            Assert.NotEqual(ours, Ours());
            ours = Install();
            Assert.Equal(ours, Ours());
        }

        Assert.Equal(theirs, Theirs(shell));
        var shadows = Kernel.ReadShadows(forward: true).Chains;
        if (other.Shadow is { } shadow)
            Assert.Contains(shadow, shadows);
        else
            Assert.Empty(shadows);

        shell.Run(other.Reload);
        Assert.Equal(ours, Ours());
        theirs = Theirs(shell);
        Kernel.DeleteTable();
        Assert.Equal("no table", Now());
        Assert.Equal(theirs, Theirs(shell));
    }

    private string Install()
    {
        var desired = Ruleset.Empty;
        Kernel.Update(table =>
        {
            desired = RulesetCompiler.Compile(_world.Policy, CompileOptions.Default with { SizesInUse = SetSizes.Of(table.Ruleset ?? Ruleset.Empty) });
            return RulesetDiffer.Plan(table.Ruleset, desired);
        });
        return RulesetDigest.Of(desired).ToString();
    }

    private string Ours() => Kernel.Read() is { Foreign.IsEmpty: true, Ruleset: { } ruleset } ? RulesetDigest.Of(ruleset).ToString() : "other content";

    // All tables but ours with the handles that the kernel gave their parts, without counts; and what legacy iptables holds.
    private static string Theirs(ForeignShell shell)
    {
        var lines = shell.Run("nft -a -s list ruleset && iptables-legacy-save && ip6tables-legacy-save").Split('\n').Where(static line => !line.StartsWith('#')).ToList();
        var start = lines.FindIndex(static line => line.StartsWith($"table inet {Ruleset.Table} {{", StringComparison.Ordinal));
        if (start >= 0)
            lines.RemoveRange(start, lines.IndexOf("}", start) - start + 1);
        return string.Join('\n', lines.Where(static line => line.Length > 0));
    }
}
