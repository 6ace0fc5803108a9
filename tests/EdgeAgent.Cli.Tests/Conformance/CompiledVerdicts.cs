using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;
using EdgeAgent.Testing;

namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>Asks the host policies that the engine would publish: each end alone enforces the whole verdict.</summary>
internal static class CompiledVerdicts
{
    private const ushort EphemeralPort = 49_152;

    /// <summary>Where one end alone would do otherwise than expected.</summary>
    public static IEnumerable<string> Differences(string manifests, IReadOnlyList<ExpectedVerdict> verdicts)
    {
        var set = ManifestReader.Read([new("m.yaml", Encoding.UTF8.GetBytes(manifests))]);
        var state = PolicyEngine.Apply(EngineState.Empty, new([.. set.Resources.Select(resource => resource.Model)], [])).State;
        var hosts = state.Resources.Values.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged).ToList();
        return verdicts.SelectMany(expected => Differences(state, hosts, expected));
    }

    private static IEnumerable<string> Differences(EngineState state, List<EndpointResource> hosts, ExpectedVerdict expected)
    {
        var names = Names(state, hosts, expected);
        var (from, to) = (End(state, names, expected.From), End(state, names, expected.To));
        var pairs = from.SelectMany(source => to.Where(destination => destination.Family == source.Family), (source, destination) => (source, destination)).ToList();
        var (atSource, atDestination) = (true, true);
        foreach (var (source, destination) in pairs)
        {
            var (client, server) = (Owner(hosts, source), Owner(hosts, destination));
            if ((client is not null && client == server) || IsLoopback(source) || IsLoopback(destination))
                continue;
            atSource &= client is null || HostPolicyEvaluator.Allows(state.PolicyOf(client.Key)!.With(names), PacketOf(expected, Direction.Outbound, source, destination));
            atDestination &= server is null || HostPolicyEvaluator.Allows(state.PolicyOf(server.Key)!.With(names), PacketOf(expected, Direction.Inbound, destination, source));
        }

        var flow = $"{expected.From} -> {expected.To} {expected.Traffic}";
        var (haveSource, haveDestination) = (pairs.Any(pair => Owner(hosts, pair.source) is not null), pairs.Any(pair => Owner(hosts, pair.destination) is not null));
        if (haveSource && atSource != expected.Allowed && !(atSource && haveDestination && (IsLeftToDestination(state, from, hosts) || to.Any(address => GrantsByName(state, hosts, address)))))
            yield return $"{flow}: the source alone would {(atSource ? "allow" : "deny")} it";
        if (haveDestination && atDestination != expected.Allowed && !(atDestination && haveSource && from.Any(address => GrantsByName(state, hosts, address))))
            yield return $"{flow}: the destination alone would {(atDestination ? "allow" : "deny")} it";
    }

    // Loopback never meets the host policy: the agent lets it pass before.
    private static bool IsLoopback(IpAddress address) => Cidr.Parse("127.0.0.0/8").Contains(address) || address == IpAddress.Parse("::1");

    private static bool IsLeftToDestination(EngineState state, IReadOnlyList<IpAddress> from, List<EndpointResource> hosts) =>
        from.Any(address => Owner(hosts, address) is { } host
            && state.Resources.Values.OfType<NamespaceResource>().Any(place => place.Key.Name == host.Key.Namespace && place.Bookend == BookendPlacement.Destination));

    // What an end grants by name is decided at that end alone.
    private static bool GrantsByName(EngineState state, List<EndpointResource> hosts, IpAddress address) =>
        Owner(hosts, address) is { } host && !state.PolicyOf(host.Key)!.DomainSets.IsEmpty;

    /// <summary>Gives each name that policies or a probe speak of an address of either family that nothing else speaks of.</summary>
    private static ResolvedNames Names(EngineState state, List<EndpointResource> hosts, ExpectedVerdict expected) => ResolvedNames.Of(
        hosts.SelectMany(host => state.PolicyOf(host.Key)!.DomainNames)
            .Concat(new[] { expected.From, expected.To }.Where(end => !end.Contains('/', StringComparison.Ordinal) && end.Contains('.', StringComparison.Ordinal) && !IpAddress.TryParse(end, out _)))
            .Distinct(StringComparer.Ordinal)
            .Select((name, i) => KeyValuePair.Create(name, new[] { $"198.18.7.{i + 1}", $"2001:db8:7::{i + 1:x}" }.Select(IpAddress.Parse))));

    private static List<IpAddress> End(EngineState state, ResolvedNames names, string text)
    {
        if (IpAddress.TryParse(text, out var address))
            return [address];
        if (state.Resources.Values.OfType<EndpointResource>().Where(endpoint => endpoint.Key.QualifiedName == text).OrderByDescending(endpoint => endpoint.IsManaged).FirstOrDefault() is { } endpoint)
            return [.. endpoint.Addresses.Select(block => block.Network)];
        return [.. names.Of(text)];
    }

    private static EndpointResource? Owner(List<EndpointResource> hosts, IpAddress address) => hosts.Find(host => host.Addresses.Contains(Cidr.Single(address)));

    private static Packet PacketOf(ExpectedVerdict expected, Direction direction, IpAddress self, IpAddress peer)
    {
        var protocol = ProbeText.Protocol(expected);
        var isEcho = !expected.Traffic.Contains('/', StringComparison.Ordinal);
        return new Packet(direction, self, peer, protocol)
        {
            Port = protocol.HasPorts ? (ushort)ProbeText.Number(expected, 1) : (ushort)0,
            SourcePort = EphemeralPort,
            IcmpType = (byte)(!isEcho ? ProbeText.Number(expected, 1) : protocol == IpProtocol.IcmpV6 ? 128 : 8),
            IcmpCode = (byte)ProbeText.Number(expected, 2),
        };
    }
}
