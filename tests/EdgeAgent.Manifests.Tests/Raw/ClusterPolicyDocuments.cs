using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Policies of the network policy API.</summary>
internal sealed class ClusterPolicyDocuments(DocumentDice dice)
{
    public JsonObject Admin(string name) => Policy("v1alpha1", "AdminNetworkPolicy", name, Spec(false, "Allow", "Deny", "Pass"), priority: true);

    /// <summary>There is one, and it has one name.</summary>
    public JsonObject Baseline() => Policy("v1alpha1", "BaselineAdminNetworkPolicy", "default", Spec(false, "Allow", "Deny"), priority: false);

    public JsonObject Cluster(string name)
    {
        var spec = Spec(true, "Accept", "Deny", "Pass");
        spec["tier"] = dice.Pick("Admin", "Baseline");
        return Policy("v1alpha2", "ClusterNetworkPolicy", name, spec, priority: true);
    }

    private JsonObject Policy(string version, string kind, string name, JsonObject spec, bool priority)
    {
        if (priority)
            spec["priority"] = dice.Pick(0, 1, 5, 1000);
        return new() { ["apiVersion"] = $"policy.networking.k8s.io/{version}", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };
    }

    private JsonObject Spec(bool protocols, params string[] actions)
    {
        var spec = new JsonObject { ["subject"] = Selection() };
        if (dice.Often(4))
            spec["ingress"] = dice.List(0, 3, () => Rule("from", protocols, actions));
        if (dice.Often(3))
            spec["egress"] = dice.List(0, 3, () => Rule("to", protocols, actions));
        return spec;
    }

    private JsonObject Rule(string peers, bool protocols, string[] actions)
    {
        var hasNetworks = peers == "to" && dice.Rarely(3);
        var rule = new JsonObject
        {
            ["action"] = dice.Pick(actions),
            [peers] = dice.List(1, 2, () => hasNetworks && dice.Rarely(2) ? new JsonObject { ["networks"] = dice.List(1, 2, () => dice.Block()) } : Selection()),
        };
        // Blocks declare no names: beside them, a port has a number.
        if (dice.Rarely(2))
            rule[protocols ? "protocols" : "ports"] = dice.List(1, 3, () => protocols ? Protocol(!hasNetworks) : Port(!hasNetworks));
        return rule;
    }

    private JsonObject Selection() => dice.Rarely(3)
        ? new() { ["namespaces"] = dice.NamespaceSelector() }
        : new() { ["pods"] = new JsonObject { ["namespaceSelector"] = dice.NamespaceSelector(), ["podSelector"] = dice.LabelSelector() } };

    private JsonObject Port(bool mayBeNamed)
    {
        var numbered = new JsonObject();
        if (dice.Often(3))
            numbered["protocol"] = dice.Pick("TCP", "UDP", "SCTP");
        switch (dice.Number(mayBeNamed ? 0 : 1, 2))
        {
            case 0:
                return new() { ["namedPort"] = dice.Pick(DocumentDice.PortNames) };
            case 1:
                numbered["port"] = dice.Pick(DocumentDice.Ports);
                return new() { ["portNumber"] = numbered };
            default:
                (numbered["start"], numbered["end"]) = dice.Range();
                return new() { ["portRange"] = numbered };
        }
    }

    private JsonObject Protocol(bool mayBeNamed)
    {
        if (mayBeNamed && dice.Rarely(3))
            return new() { ["destinationNamedPort"] = dice.Pick(DocumentDice.PortNames) };
        var (start, end) = dice.Range();
        var ports = dice.Rarely(2) ? new JsonObject { ["number"] = dice.Pick(DocumentDice.Ports) } : new JsonObject { ["range"] = new JsonObject { ["start"] = start, ["end"] = end } };
        return new() { [dice.Pick("tcp", "udp", "sctp")] = new JsonObject { ["destinationPort"] = ports } };
    }
}
