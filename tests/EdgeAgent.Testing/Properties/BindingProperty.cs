using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>
/// A machine enforces its own half and, on each interface, that of the endpoints which are bound to it, whatever address is used there; the other ends' halves
/// it enforces as the endpoint would by itself that has the address. For all others a bound endpoint is a host.
/// </summary>
/// <param name="state">The state.</param>
/// <param name="random">Chooses packets.</param>
public sealed class BindingProperty(EngineState state, Random random)
{
    private readonly ResolvedNames _names = RandomNames.Resolved([.. Endpoints(state).SelectMany(endpoint => endpoint.Addresses.Items).Select(block => block.Network)], random);
    private PolicyOracle? _oracle;

    /// <summary>The state of the same resources in which every endpoint is a host by itself, in the mode that its machine has.</summary>
    public EngineState Alone { get; } = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. state.Resources.Values.Select(resource => Unbound(resource, state))])).State;

    /// <summary>How many packets were looked at that a machine denies.</summary>
    public int Denied { get; private set; }

    /// <summary>Whether anything is bound.</summary>
    public static bool Concerns(EngineState state) => Endpoints(state).Any(endpoint => endpoint.Binding is not null);

    /// <summary>Looks at all machines.</summary>
    /// <param name="packets">How many packets to look at for each.</param>
    /// <exception cref="PropertyFailedException">It does not hold.</exception>
    public void Check(int packets)
    {
        foreach (var machine in state.Hosts)
        {
            var endpoints = state.MachineOf.Where(pair => pair.Value == machine).Select(pair => pair.Key).Append(machine).ToList();
            if (endpoints.Count == 1 && EndpointAt(machine).Binding is null)
                CheckUntouched(machine);
            else
                CheckMachine(machine, endpoints, packets);
        }
    }

    private void CheckUntouched(ResourceKey host) => PropertyFailedException.Unless(
        Alone.SharedPolicyOf(host)!.Digest == state.SharedPolicyOf(host)!.Digest,
        () => $"{host}: bindings of others change its policy from\n{HostPolicyDigest.Text(Alone.PolicyOf(host)!)}\nto\n{HostPolicyDigest.Text(state.PolicyOf(host)!)}");

    private void CheckMachine(ResourceKey machine, List<ResourceKey> endpoints, int packets)
    {
        var bindings = endpoints.Select(key => EndpointAt(key).Binding).OfType<InterfaceBinding>().ToList();
        var parts = endpoints.Select(key => (Endpoint: EndpointAt(key), Policy: Alone.PolicyOf(key)!.With(_names))).ToList();
        var whole = state.PolicyOf(machine)!.With(_names);
        foreach (var packet in Packets(packets))
        {
            var expected = parts.Where(part => IsAbout(part.Endpoint.Binding, bindings, packet.Interface))
                .All(part => Own(part.Endpoint, part.Policy, packet) && (!StandsFor(part.Endpoint, parts.ConvertAll(other => other.Endpoint), bindings, packet.Self) || HostPolicyEvaluator.Allows(Half(part.Policy, own: false), packet)));
            Denied += expected ? 0 : 1;
            PropertyFailedException.Unless(
                expected == HostPolicyEvaluator.Allows(whole, packet),
                () => $"{machine} with {string.Join(", ", endpoints)}: {packet} on {packet.Interface}: expected {(expected ? "allow" : "deny")}");
        }
    }

    private bool Own(EndpointResource endpoint, HostPolicy policy, Packet packet) => Has(endpoint, packet.Self)
        ? HostPolicyEvaluator.Allows(Half(policy, own: true), packet)
        : (_oracle ??= PolicyOracle.Of(Alone, _names)).HalfElsewhere(endpoint, packet);

    /// <summary>Whether an endpoint's view of the other ends counts for an address: of those that it has, and of those that no endpoint of the machine has, unless it is about some interfaces alone and has addresses.</summary>
    private static bool StandsFor(EndpointResource endpoint, List<EndpointResource> all, List<InterfaceBinding> bindings, IpAddress address) => Has(endpoint, address)
        || ((endpoint.Addresses.IsEmpty || endpoint.Binding is null || (endpoint.Binding.Interface is null && bindings.TrueForAll(binding => binding.Interface is null))) && !all.Exists(other => Has(other, address)));

    private static bool Has(EndpointResource endpoint, IpAddress address) => endpoint.Addresses.Items.Any(block => block.Contains(address));

    /// <summary>The stages of the own half, or those of the other ends'.</summary>
    private static HostPolicy Half(HostPolicy policy, bool own)
    {
        return policy with { Inbound = Stages(policy.Inbound), Outbound = Stages(policy.Outbound) };

        EquatableArray<Stage> Stages(EquatableArray<Stage> stages) => stages.Where(stage => own == stage.Branches.Items.All(branch => branch.PeerSet is null)).ToEquatableArray();
    }

    private static bool IsAbout(InterfaceBinding? binding, List<InterfaceBinding> all, string name) =>
        binding is null || (binding.Interface is { } only ? only == name : all.TrueForAll(other => other.Interface != name));

    private IEnumerable<Packet> Packets(int count)
    {
        var addresses = Endpoints(state).SelectMany(endpoint => endpoint.Addresses.Items).Select(block => block.Network).ToList();
        for (var i = 0; i < count && addresses.Count > 0; i++)
        {
            var self = addresses[random.Next(addresses.Count)];
            var peers = addresses.Where(peer => peer.Family == self.Family && peer != self).ToList();
            if (peers.Count == 0)
                continue;
            var between = BoundaryPackets.Between(self, peers[random.Next(peers.Count)]).ToList();
            yield return between[random.Next(between.Count)] with
            {
                Direction = random.Next(2) == 0 ? Direction.Inbound : Direction.Outbound,
                Interface = RandomBindings.Interfaces[random.Next(RandomBindings.Interfaces.Count)],
            };
        }
    }

    private EndpointResource EndpointAt(ResourceKey key) => (EndpointResource)state.Resources[key];

    private static IEnumerable<EndpointResource> Endpoints(EngineState state) => state.Resources.Values.OfType<EndpointResource>();

    private static Resource Unbound(Resource resource, EngineState state) => resource is not EndpointResource { Binding: not null } endpoint ? resource : endpoint with
    {
        Binding = null,
        Mode = state.MachineOf.TryGetValue(endpoint.Key, out var machine) ? ((EndpointResource)state.Resources[machine]).Mode : endpoint.Mode,
    };
}
