using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class SharedPartsTests
{
    [Fact]
    public void What_reports_say_alike_is_held_once_and_what_they_say_apart_stays()
    {
        HostStatus first = Report("a", "6.1.0", ["ssh: in TCP/22 from anywhere"]), second = Report("b", "6.1.0", ["ssh: in TCP/22 from anywhere"]), third = Report("b", "6.12.0", []);

        var (shared, apart) = (second.Sharing(null, first), third.Sharing(first, second));

        Assert.Equal((second, third), (shared, apart));
        Assert.Same(first.Kernel, shared.Kernel);
        Assert.Same(first.AlwaysOpen[0], shared.AlwaysOpen[0]);
        Assert.Same(first.PolicyDigest.Hex, shared.PolicyDigest.Hex);
        Assert.Same(second.Name, third.Sharing(second, first).Name);
        Assert.Same(first, first.Sharing(null, null));
    }

    [Fact]
    public void The_board_holds_once_what_hosts_say_alike()
    {
        var board = new StatusBoard([], TimeProvider.System, static _ => { });
        foreach (var host in (string[])["a", "b", "a"])
            board.Reported(Report(host, "6.1.0", ["ssh: in TCP/22 from anywhere"]));

        var (first, other) = (board.Find(new("load", "a"))!, board.Find(new("load", "b"))!);
        Assert.Equal(("a", "b"), (first.Report!.Name, other.Report!.Name));
        Assert.Same(first.Report.AlwaysOpen[0], other.Report.AlwaysOpen[0]);
    }

    // Each with text of its own, as messages come.
    private static HostStatus Report(string name, string kernel, string[] alwaysOpen) => new()
    {
        Namespace = "load",
        Name = name,
        At = DateTimeOffset.UnixEpoch,
        Kernel = new(kernel.AsSpan()),
        PolicyDigest = Digest.Of("policy"),
        AlwaysOpen = alwaysOpen.Select(line => new string(line.AsSpan())).ToEquatableArray(),
    };
}
