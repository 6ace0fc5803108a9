using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EdgeAgent.Testing;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// One end of a rule (Calico, "EntityRule"). All of its parts must hold of the end's address. Selectors are about every endpoint and set that has
/// the address: a positive one wants one of them, a negative one wants none.
/// </summary>
internal sealed class RawCalicoEntity(RawWorld world, JsonNode? entity, string? policyNamespace)
{
    public bool Matches(IPAddress address, RawFlow flow, int port)
    {
        if (entity is null)
            return true;
        if (IsAboutEndpoints && !world.PeersAt(address).Exists(Selects))
            return false;
        if (entity["notSelector"] is { } notSelector && world.PeersAt(address).Exists(endpoint => PlainSelector.Matches((string)notSelector!, LabelsOf(endpoint))))
            return false;
        if (entity["nets"] is JsonArray { Count: > 0 } nets && !RawBlock.ListOf(nets).Exists(block => block.Holds(address)))
            return false;
        if (entity["notNets"] is JsonArray { Count: > 0 } notNets && !IsOutside(RawBlock.ListOf(notNets), address, flow.IsV6))
            return false;
        if (entity["ports"] is JsonArray { Count: > 0 } ports && !ports.Any(item => IsPort(item!, address, flow.Protocol, port)))
            return false;
        return entity["notPorts"] is not JsonArray { Count: > 0 } notPorts || !notPorts.Any(item => IsPort(item!, address, flow.Protocol, port));
    }

    /// <summary>The labels that selectors see: those that it has, and its namespace.</summary>
    public static Dictionary<string, string> LabelsOf(RawEndpoint endpoint)
    {
        var labels = new Dictionary<string, string>(endpoint.Labels, StringComparer.Ordinal);
        if (endpoint.Namespace is { } place)
            labels["projectcalico.org/namespace"] = place;
        return labels;
    }

    /// <summary>Whether a namespace selector selects where an endpoint is; what is in no namespace has no label there.</summary>
    public static bool IsIn(RawWorld world, RawEndpoint endpoint, string namespaceSelector)
    {
        Dictionary<string, string>? labels = null;
        if (endpoint.Namespace is { } place)
        {
            labels = world.NamespaceLabels(place);
            labels["projectcalico.org/name"] = place;
        }

        return PlainSelector.MatchesNamespace(namespaceSelector, labels);
    }

    /// <summary>
    /// Whether the address must be an endpoint's at all. In a policy of a namespace a notSelector alone makes it so: all selectors there are
    /// about the endpoints of the namespace, unless a namespaceSelector says otherwise.
    /// </summary>
    private bool IsAboutEndpoints =>
        entity!["selector"] is not null || entity["serviceAccounts"] is not null || entity["namespaceSelector"] is not null || (entity["notSelector"] is not null && policyNamespace is not null);

    private bool Selects(RawEndpoint endpoint)
    {
        if (entity!["namespaceSelector"] is { } places ? !IsIn(world, endpoint, (string)places!) : policyNamespace is not null && endpoint.Namespace != policyNamespace)
            return false;
        if (entity["serviceAccounts"]?["names"] is JsonArray accounts && !accounts.Any(account => endpoint.Account == (string?)account))
            return false;
        return entity["selector"] is not { } selector || PlainSelector.Matches((string)selector!, LabelsOf(endpoint));
    }

    /// <summary>A rule is looked at for each family by itself, and dropped for the one that its list says nothing of, or excludes as a whole.</summary>
    private static bool IsOutside(List<RawBlock> blocks, IPAddress address, bool isV6)
    {
        var own = blocks.FindAll(block => block.IsV6 == isV6);
        return own.Count > 0 && !own.Exists(block => block.IsEverything || block.Holds(address));
    }

    private bool IsPort(JsonNode item, IPAddress address, int protocol, int port)
    {
        if (item.AsValue().TryGetValue<int>(out var number))
            return number == port;
        var text = (string)item!;
        var parts = text.Split(':');
        return parts.Length == 2
            ? port >= int.Parse(parts[0], CultureInfo.InvariantCulture) && port <= int.Parse(parts[1], CultureInfo.InvariantCulture)
            : world.Declares(address, text, protocol, port);
    }
}
