using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>BookendPolicies.</summary>
internal sealed class BookendDocuments(DocumentDice dice)
{
    private static readonly double?[] Orders = [null, null, null, 1000, 500, 1000.5, 2000];
    private static readonly string[] WithPorts = ["TCP", "UDP", "SCTP", "TCP"];
    private static readonly string[] Names = ["db.example.com"];

    private readonly CalicoSelectorText _selectors = new(dice);

    public JsonObject Policy(string name)
    {
        var spec = new JsonObject();
        var isDeny = dice.Rarely(4);
        // Names are granted to, and at one end only.
        var named = isDeny || dice.Often(12) ? "" : dice.Pick("from", "to");
        if (dice.Often(4))
            spec["from"] = Peers(0, named == "from");
        spec["to"] = Peers(1, named == "to");
        if (dice.Rarely(2))
            spec["ports"] = dice.List(0, 2, Port);
        if (isDeny || dice.Rarely(3))
            spec["action"] = isDeny ? "Deny" : "Allow";
        if (dice.Rarely(5))
            spec["mode"] = dice.Pick("Audit", "Enforce");
        if (dice.Pick(Orders) is { } order)
            spec["order"] = order;
        if (dice.Rarely(2))
            spec["isolate"] = isDeny ? "None" : dice.Pick<string>(spec["from"] is JsonArray { Count: > 0 } ? ["To", "Both", "Both", "None"] : ["To", "None"]);
        return new()
        {
            ["apiVersion"] = "edgeagent.io/v1",
            ["kind"] = "BookendPolicy",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = dice.Pick(DocumentDice.Namespaces) },
            ["spec"] = spec,
        };
    }

    private JsonArray Peers(int least, bool named)
    {
        var peers = dice.List(least, 2, Peer);
        if (named)
            peers.Add(new JsonObject { ["domains"] = new JsonArray(Names[0]) });
        return peers;
    }

    private JsonObject Peer() => dice.Number(0, 6) switch
    {
        0 or 1 => new() { ["selector"] = _selectors.Endpoints(1) },
        2 => new() { ["namespaceSelector"] = _selectors.PlacesOrNone() },
        3 or 4 => new() { ["selector"] = _selectors.Endpoints(1), ["namespaceSelector"] = _selectors.PlacesOrNone() },
        5 => new() { ["cidrs"] = dice.List(1, 2, () => dice.Net()) },
        _ => new() { ["cidrs"] = new JsonArray("10.0.0.0/16", "fd00::/64"), ["except"] = dice.List(1, 2, () => dice.Pick("10.0.0.0/24", "10.0.1.128/25", "10.0.0.1", "fd00::/121", "fd00::1:0/112")) },
    };

    private JsonObject Port()
    {
        var port = new JsonObject();
        if (dice.Rarely(8))
            return new() { ["protocol"] = dice.Pick("ICMP", "ICMPv6") };
        if (dice.Often(3))
            port["protocol"] = dice.Pick(WithPorts);
        switch (dice.Number(0, 4))
        {
            case 0:
                break;
            case 1:
                port["name"] = dice.Pick(DocumentDice.PortNames);
                break;
            case 2:
                (port["port"], port["endPort"]) = dice.Range();
                break;
            default:
                port["port"] = dice.Pick(DocumentDice.Ports);
                break;
        }

        return port;
    }
}
