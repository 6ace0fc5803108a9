namespace EdgeAgent.Daemon.Tests;

public sealed class BackendChoiceTests
{
    [Fact]
    public void A_kernel_that_can_do_nftables_is_not_asked_for_x_tables() =>
        Assert.Equal(BackendKind.Nftables, BackendChoice.Automatic("", () => throw new InvalidOperationException("asked")).Kind);

    [Fact]
    public void Without_nftables_x_tables_is_taken_if_it_is_there()
    {
        var choice = BackendChoice.Automatic("nf_tables with maps of counters", () => "");
        Assert.Equal((BackendKind.Iptables, ""), (choice.Kind, choice.Lacks));
        Assert.Contains("lacks nf_tables with maps of counters", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_either_it_says_what_is_lacking()
    {
        var choice = BackendChoice.Automatic("nf_tables", () => "ipset");
        Assert.Equal((BackendKind.Nftables, "nf_tables"), (choice.Kind, choice.Lacks));
    }
}
