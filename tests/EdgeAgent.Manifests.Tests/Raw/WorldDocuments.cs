using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Namespaces, of which some leave it to the destination, hosts, of which some do not enforce, host endpoints, pods and network sets.</summary>
internal sealed class WorldDocuments(DocumentDice dice)
{
    /// <summary>Whether most host endpoints are interfaces of machines.</summary>
    public bool HasInterfaces { get; init; }

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
        select number <= endpoints ? HostEndpoint(number, addresses, $"h{dice.Number(endpoints + 1, count)}") : Host(number, addresses);

    /// <summary>Pods, of which some have no addresses of their own: what these say may be another's.</summary>
    public IEnumerable<JsonObject> Pods() => Enumerable.Range(1, dice.Number(0, 4)).Select(number =>
    {
        var spec = new JsonObject { ["containers"] = dice.List(1, 2, () => Container()) };
        if (dice.Rarely(2))
            spec["initContainers"] = dice.List(1, 2, () => Container(dice.Pick("Always", null, "Never")));
        if (dice.Rarely(2))
            spec["serviceAccountName"] = dice.Pick("default", "web", "");
        var (onNode, phase) = (dice.Rarely(6), dice.Pick(null, "Running", "Running", "Running", "Pending", "Unknown", "Succeeded", "Failed"));
        if (onNode)
            spec["hostNetwork"] = true;
        var pod = Document("v1", "Pod", dice.Pick(DocumentDice.Namespaces), $"pod{number}", spec);
        var addresses = dice.Pick<int[]>([4], [6], [4, 6])
            .Select((family, i) => dice.Address(onNode ? (number * 2) - 1 : phase is "Succeeded" or "Failed" ? 82 : 80 + (number * 2) + i, family)).ToList();
        var status = new JsonObject();
        if (phase is not null)
            status["phase"] = phase;
        if (phase != "Pending" || dice.Rarely(2))
        {
            if (dice.Often(4))
                status["podIPs"] = new JsonArray([.. addresses.Select(address => new JsonObject { ["ip"] = address })]);
            status["podIP"] = addresses[0];
        }

        if (status.Count > 0)
            pod["status"] = status;
        if (dice.Rarely(8))
            pod["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
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
        if (dice.Often(4))
            return place;
        var (where, placement) = (dice.Pick("spec", "annotations", "labels"), dice.Pick("Destination", "Destination", "Both"));
        if (where == "spec")
            place["spec"] = new JsonObject { ["bookend"] = placement };
        else if (place["metadata"]![where] is JsonObject there)
            there["edgeagent.io/bookend"] = placement;
        else
            place["metadata"]![where] = new JsonObject { ["edgeagent.io/bookend"] = placement };
        return place;
    }

    private JsonObject Host(int number, JsonArray addresses)
    {
        var spec = new JsonObject { ["addresses"] = addresses, ["ports"] = Ports() };
        if (dice.Rarely(3))
            spec["mode"] = dice.Pick("Enforce", "Audit", "Off", "Quarantine");
        return Document("edgeagent.io/v1", "Host", dice.Pick(DocumentDice.Namespaces), $"h{number}", spec);
    }

    private JsonObject HostEndpoint(int number, JsonArray addresses, string host)
    {
        var spec = new JsonObject { ["expectedIPs"] = addresses, ["ports"] = Ports() };
        if (HasInterfaces ? dice.Often(8) : dice.Rarely(2))
            spec["node"] = HasInterfaces ? dice.Pick(host, host, host, host, "e1", $"e{number}", "nobody") : $"n{number}";
        if (HasInterfaces && dice.Often(6))
            spec["interfaceName"] = dice.Pick("eth0", "eth1", "*");
        if (HasInterfaces && dice.Rarely(8))
            spec.Remove("expectedIPs");
        if (dice.Often(3))
            spec["profiles"] = new JsonArray(dice.Pick<string[]>(["projectcalico-default-allow"], ["other"], ["other", "projectcalico-default-allow"], ["projectcalico-default-allow", "other"]).Select(profile => (JsonNode)profile).ToArray());
        return Document("projectcalico.org/v3", "HostEndpoint", null, $"e{number}", spec);
    }

    private JsonObject Container(string? restarts = null)
    {
        var container = new JsonObject { ["name"] = "main", ["ports"] = Ports("containerPort") };
        if (restarts is not null)
            container["restartPolicy"] = restarts;
        if (dice.Rarely(4))
            ((JsonArray)container["ports"]!).Add(new JsonObject { ["containerPort"] = dice.Pick(DocumentDice.Ports) });
        return container;
    }

    private JsonArray Ports(string number = "port") => new([.. dice.Some(new[] { "TCP", "UDP", "SCTP", "TCP" }).Select(protocol => (Name: dice.Pick(DocumentDice.PortNames), Protocol: protocol)).Distinct()
        .Select(port => new JsonObject { ["name"] = port.Name, ["protocol"] = port.Protocol, [number] = dice.Pick(DocumentDice.Ports) })]);
}
