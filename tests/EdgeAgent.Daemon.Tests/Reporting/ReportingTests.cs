using System.Text.Json;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon.Tests;

public sealed class ReportingTests
{
    [Fact]
    public void The_status_survives_its_json()
    {
        var document = Document();
        var read = StatusDocument.Parse(document.ToJson());
        Assert.Equal(JsonSerializer.Serialize(document), JsonSerializer.Serialize(read));
        Assert.Equal(["Realized", "default"], [read.State, read.Namespace]);
    }

    [Fact]
    public void Names_in_json_are_those_of_the_contract()
    {
        using var json = JsonDocument.Parse(Document().ToJson());
        var root = json.RootElement;
        Assert.Equal((9L, 8L), (root.GetProperty("targetRevision").GetInt64(), root.GetProperty("realizedRevision").GetInt64()));
        Assert.Equal("nft", root.GetProperty("drift")[0].GetProperty("processName").GetString());
        Assert.Equal("10.0.0.1", root.GetProperty("denied")[0].GetProperty("source").GetString());
        Assert.Equal(3UL, root.GetProperty("counters")[0].GetProperty("packets").GetUInt64());
        Assert.Equal(JsonValueKind.True, root.GetProperty("connected").ValueKind);
    }

    [Fact]
    public void People_read_all_of_it()
    {
        var text = new StringWriter();
        StatusTable.Write(Document(), text);
        foreach (var word in new[] { "default/ratings-1", "Realized", "8 realized, 9 target", "nft (pid 42)", "inbound TCP/22 from anywhere (ssh)", "inbound 10.0.0.1 > 10.0.0.6 TCP/80: 5, by default/x", "inet filter input", "7 of 100" })
            Assert.Contains(word, text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Denied_flows_are_counted_by_kind_and_the_oldest_make_room()
    {
        var denied = new DeniedFlows(capacity: 3);
        for (var port = 1; port <= 4; port++)
            denied.Add(Packet((ushort)port, "in deny default/x"), DateTimeOffset.UnixEpoch.AddSeconds(port));
        denied.Add(Packet(2, "in deny default/x"), DateTimeOffset.UnixEpoch.AddSeconds(9));
        denied.Add(Packet(7, "in log default/x"), DateTimeOffset.UnixEpoch);
        denied.Add(Packet(7, "somebody else"), DateTimeOffset.UnixEpoch);
        Assert.Equal([(3, 1L), (4, 1L), (2, 2L)], denied.Read().Select(flow => ((int)flow.Port, flow.Count)));
        Assert.Equal("default/x", denied.Read()[0].Policy);
    }

    [Fact]
    public void Differences_are_lines_that_only_one_side_has()
    {
        Assert.Empty(TableDifference.Lines("a\nb\nb\n", "b\na\nb\n"));
        Assert.Equal(["- b", "+ c"], TableDifference.Lines("a\nb\n\tb\n", "a\nb\n\tc\n"));
        Assert.Equal("- 1; - 2; - 3; 1 more lines", TableDifference.InWords(["- 1", "- 2", "- 3", "- 4"]));
    }

    private static LoggedPacket Packet(ushort port, string prefix) => new()
    {
        Prefix = prefix,
        Hook = Hook.Input,
        InputInterface = 1,
        OutputInterface = 0,
        Headers = new() { Source = IpAddress.Parse("10.0.0.1"), Destination = IpAddress.Parse("10.0.0.6"), Protocol = IpProtocol.Tcp, DestinationPort = port },
    };

    private static StatusDocument Document()
    {
        var status = new HostStatus
        {
            Namespace = "default",
            Name = "ratings-1",
            At = DateTimeOffset.UnixEpoch,
            State = HostState.Realized,
            Target = new(9),
            Realized = new(8),
            Drift = [new(DateTimeOffset.UnixEpoch, 42, "nft", "table deleted", TimeSpan.FromMilliseconds(7))],
            Counters = [new("default/x.in", 3, 180)],
            Denied = [new(Direction.Inbound, IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.0.0.6"), IpProtocol.Tcp, 80, "default/x", 5, DateTimeOffset.UnixEpoch)],
            AlwaysOpen = ["inbound TCP/22 from anywhere (ssh)"],
            ShadowedBy = ["inet filter input"],
            ConntrackCount = 7,
            ConntrackMax = 100,
            Repairs = 1,
        };
        return StatusDocument.Of(status, new AgentState { IsConnected = true }, new("http://10.0.0.9:7400"));
    }
}
