using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>NetworkPolicies.</summary>
internal sealed class NetworkPolicyDocuments(DocumentDice dice)
{
    private static readonly string[] Protocols = ["TCP", "UDP", "SCTP"];

    public JsonObject Policy(string name)
    {
        var spec = new JsonObject { ["podSelector"] = dice.LabelSelector() };
        if (dice.Rarely(2))
            spec["policyTypes"] = new JsonArray([.. new[] { "Ingress", "Egress" }.Where(_ => dice.Often(3)).Select(type => (JsonNode)type)]);
        if (dice.Often(4))
            spec["ingress"] = Rules("from");
        if (dice.Rarely(2))
            spec["egress"] = Rules("to");
        var isStaged = dice.Rarely(6);
        if (isStaged && dice.Rarely(2))
            spec["stagedAction"] = dice.Pick("Set", "Learn", "Ignore");
        return new() { ["apiVersion"] = isStaged ? "projectcalico.org/v3" : "networking.k8s.io/v1", ["kind"] = isStaged ? "StagedKubernetesNetworkPolicy" : "NetworkPolicy", ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = dice.Pick(DocumentDice.Namespaces) }, ["spec"] = spec };
    }

    private JsonArray Rules(string peers) => dice.List(0, 2, () =>
    {
        var rule = new JsonObject();
        if (dice.Often(4))
            rule[peers] = dice.List(0, 2, Peer);
        if (dice.Often(3))
            rule["ports"] = dice.List(0, 2, Port);
        return rule;
    });

    private JsonObject Peer() => dice.Number(0, 4) switch
    {
        0 => new() { ["podSelector"] = dice.LabelSelector() },
        1 => new() { ["namespaceSelector"] = dice.NamespaceSelector() },
        2 => new() { ["namespaceSelector"] = dice.NamespaceSelector(), ["podSelector"] = dice.LabelSelector() },
        3 => new() { ["ipBlock"] = new JsonObject { ["cidr"] = "10.0.0.0/16", ["except"] = new JsonArray(dice.Pick("10.0.0.0/24", "10.0.1.128/25")) } },
        _ => new() { ["ipBlock"] = new JsonObject { ["cidr"] = dice.Block() } },
    };

    private JsonObject Port()
    {
        var port = new JsonObject();
        if (dice.Often(3))
            port["protocol"] = dice.Pick(Protocols);
        switch (dice.Number(0, 3))
        {
            case 0:
                break;
            case 1:
                port["port"] = dice.Pick(DocumentDice.PortNames);
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
