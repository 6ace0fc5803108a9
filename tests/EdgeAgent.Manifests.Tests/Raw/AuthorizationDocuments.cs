using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>AuthorizationPolicies, and the WorkloadEntries that say who hosts are.</summary>
internal sealed class AuthorizationDocuments(DocumentDice dice)
{
    public JsonObject Policy(string name)
    {
        var spec = new JsonObject();
        if (dice.Rarely(2))
            spec["selector"] = new JsonObject { ["matchLabels"] = dice.Labels() };
        var action = dice.Pick(null, "ALLOW", "ALLOW", "DENY", "DENY", "AUDIT");
        if (action is not null)
            spec["action"] = action;
        if (dice.Often(5))
            spec["rules"] = dice.List(1, 2, Rule);
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = dice.Pick([.. DocumentDice.Namespaces, "istio-system"]) };
        if (dice.Rarely(10))
            metadata["annotations"] = new JsonObject { ["istio.io/dry-run"] = "true" };
        return new() { ["apiVersion"] = "security.istio.io/v1", ["kind"] = "AuthorizationPolicy", ["metadata"] = metadata, ["spec"] = spec };
    }

    /// <summary>Entries for some of the hosts, each for all of its addresses, also in other namespaces.</summary>
    public IEnumerable<JsonObject> Entries(IEnumerable<JsonObject> hosts) =>
        from host in hosts
        where dice.Rarely(2)
        let place = dice.Rarely(2) ? (string)host["metadata"]!["namespace"]! : dice.Pick(DocumentDice.Namespaces)
        let account = dice.Pick("web", "default")
        from address in (JsonArray)host["spec"]!["addresses"]!
        select new JsonObject
        {
            ["apiVersion"] = "networking.istio.io/v1",
            ["kind"] = "WorkloadEntry",
            ["metadata"] = new JsonObject { ["name"] = $"entry-{((string)address!).Replace(':', '-').Replace('.', '-')}", ["namespace"] = place },
            ["spec"] = new JsonObject { ["address"] = (string)address!, ["serviceAccount"] = account, ["labels"] = dice.Labels() },
        };

    private JsonObject Rule()
    {
        var rule = new JsonObject();
        if (dice.Often(3))
            rule["from"] = dice.List(1, 2, () => new JsonObject { ["source"] = Source() });
        if (dice.Rarely(2))
            rule["to"] = dice.List(1, 2, () => new JsonObject { ["operation"] = Lists("ports", "notPorts", Port) });
        if (dice.Rarely(3))
            rule["when"] = dice.List(1, 2, Condition);

        // What only requests have stands alone in its list here, where what is left of the list without it is plain.
        switch (dice.Number(0, 15))
        {
            case 0:
                rule["to"] = new JsonArray(new JsonObject { ["operation"] = new JsonObject { ["methods"] = new JsonArray("GET") } });
                break;
            case 1:
                rule["to"] = new JsonArray(new JsonObject { ["operation"] = new JsonObject { ["methods"] = new JsonArray("GET"), ["ports"] = new JsonArray(Port()) } });
                break;
            case 2:
                rule["from"] = new JsonArray(new JsonObject { ["source"] = new JsonObject { ["requestPrincipals"] = new JsonArray("*") } });
                break;
            case 3:
                rule["when"] = new JsonArray(new JsonObject { ["key"] = "request.headers[x]", ["values"] = new JsonArray("y") });
                break;
            default:
                break;
        }

        return rule;
    }

    private JsonObject Source()
    {
        if (dice.Rarely(5))
            return Lists("serviceAccounts", "notServiceAccounts", () => dice.Pick("web", "default", "a/web", "b/default"));
        var source = new JsonObject();
        while (source.Count == 0)
        {
            foreach (var part in new[] { ("principals", "notPrincipals", (Func<string>)Principal), ("namespaces", "notNamespaces", Namespace), ("ipBlocks", "notIpBlocks", () => dice.Net()) }.Where(_ => dice.Rarely(3)))
            {
                foreach (var (key, value) in Lists(part.Item1, part.Item2, part.Item3).ToList())
                    source[key] = value!.DeepClone();
            }
        }

        return source;
    }

    private JsonObject Condition()
    {
        var (key, make) = dice.Pick<(string, Func<string>)>(
            ("source.ip", () => dice.Net()), ("source.namespace", Namespace), ("source.principal", Principal), ("destination.ip", () => dice.Net()), ("destination.port", Port));
        var condition = Lists("values", "notValues", make);
        condition["key"] = key;
        return condition;
    }

    /// <summary>One of two lists, or both.</summary>
    private JsonObject Lists(string wanted, string unwanted, Func<string> make)
    {
        var lists = new JsonObject();
        if (dice.Often(3))
            lists[wanted] = dice.List(1, 2, () => make());
        if (lists.Count == 0 || dice.Rarely(4))
            lists[unwanted] = dice.List(1, 2, () => make());
        return lists;
    }

    private string Principal() => dice.Pick("*", "cluster.local/ns/a/sa/web", "cluster.local/ns/b/sa/default", "cluster.local/ns/a/*", "*/sa/web", "*/sa/default", "other.example/ns/a/sa/web");

    private string Namespace() => dice.Pick("a", "b", "c", "a*", "*b", "*");

    private string Port() => dice.Pick(DocumentDice.Ports).ToString(CultureInfo.InvariantCulture);
}
