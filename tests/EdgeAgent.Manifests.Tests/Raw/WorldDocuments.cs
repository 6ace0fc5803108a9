using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Namespaces, hosts, host endpoints, pods and network sets.</summary>
internal sealed class WorldDocuments(DocumentDice dice)
{
    public IEnumerable<JsonObject> Namespaces() =>
        from name in DocumentDice.Namespaces
        where dice.Often(4)
        select Namespace(name);

    /// <param name="count">How many.</param>
    /// <param name="endpoints">How many of them are host endpoints.</param>
    public IEnumerable<JsonObject> Hosts(int count, int endpoints) =>
        from number in Enumerable.Range(1, count)
        let families = dice.Pick<int[]>([4], [4], [6], [4, 6], [4, 4])
        let addresses = new JsonArray([.. families.Select((family, i) => (JsonNode)dice.Address((number * 2) + i - 1, family))])
        select number <= endpoints ? HostEndpoint(number, addresses) : Document("edgeagent.io/v1", "Host", dice.Pick(DocumentDice.Namespaces), $"h{number}", new() { ["addresses"] = addresses, ["ports"] = Ports() });

    /// <summary>Pods, of which some have no addresses of their own.</summary>
    public IEnumerable<JsonObject> Pods() => Enumerable.Range(1, dice.Number(0, 3)).Select(number =>
    {
        var container = new JsonObject { ["name"] = "main", ["ports"] = Ports("containerPort") };
        var spec = new JsonObject { ["containers"] = new JsonArray(container) };
        if (dice.Rarely(2))
            spec["serviceAccountName"] = dice.Pick("default", "web");
        if (dice.Rarely(8))
            spec["hostNetwork"] = true;
        var pod = Document("v1", "Pod", dice.Pick(DocumentDice.Namespaces), $"pod{number}", spec);
        var addresses = dice.Pick<int[]>([4], [6], [4, 6]).Select((family, i) => dice.Address(80 + (number * 2) + i, family)).ToList();
        pod["status"] = new JsonObject
        {
            ["phase"] = dice.Pick("Running", "Running", "Running", "Pending", "Succeeded", "Failed"),
            ["podIP"] = addresses[0],
            ["podIPs"] = new JsonArray([.. addresses.Select(address => new JsonObject { ["ip"] = address })]),
        };
        return pod;
    });

    public IEnumerable<JsonObject> Sets() =>
        from number in Enumerable.Range(0, dice.Number(0, 3))
        let place = dice.Rarely(2) ? null : dice.Pick(DocumentDice.Namespaces)
        select Document("projectcalico.org/v3", place is null ? "GlobalNetworkSet" : "NetworkSet", place, $"s{number}", new() { ["nets"] = dice.List(0, 3, () => dice.Net()) });

    /// <summary>A document with labels.</summary>
    public JsonObject Document(string version, string kind, string? place, string name, JsonObject spec)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (place is not null)
            metadata["namespace"] = place;
        metadata["labels"] = dice.Labels();
        var document = new JsonObject { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = metadata };
        if (spec.Count > 0)
            document["spec"] = spec;
        return document;
    }

    private JsonObject Namespace(string name)
    {
        var place = Document("v1", "Namespace", null, name, []);
        if (dice.Rarely(8))
            place["metadata"]!["annotations"] = new JsonObject { ["net.beta.kubernetes.io/network-policy"] = """{"ingress":{"isolation":"DefaultDeny"}}""" };
        return place;
    }

    private JsonObject HostEndpoint(int number, JsonArray addresses)
    {
        var spec = new JsonObject { ["expectedIPs"] = addresses, ["ports"] = Ports() };
        if (dice.Rarely(2))
            spec["node"] = $"n{number}";
        if (dice.Often(3))
            spec["profiles"] = new JsonArray(dice.Pick<string[]>(["projectcalico-default-allow"], ["other"], ["other", "projectcalico-default-allow"], ["projectcalico-default-allow", "other"]).Select(profile => (JsonNode)profile).ToArray());
        return Document("projectcalico.org/v3", "HostEndpoint", null, $"e{number}", spec);
    }

    private JsonArray Ports(string number = "port") => new([.. dice.Some(new[] { "TCP", "UDP", "SCTP", "TCP" }).Select(protocol => (Name: dice.Pick(DocumentDice.PortNames), Protocol: protocol)).Distinct()
        .Select(port => new JsonObject { ["name"] = port.Name, ["protocol"] = port.Protocol, [number] = dice.Pick(DocumentDice.Ports) })]);
}
