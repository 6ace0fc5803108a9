namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// Which machine enforces an endpoint, and where (Calico, "Host endpoint resource"): one with an interface belongs to the one host that is called as its node,
/// and holds on that interface; <c>*</c> is all interfaces that no other endpoint of the machine names. Where no host is called so, or several are, it is
/// a machine by itself.
/// </summary>
internal sealed class RawMachines
{
    private readonly Dictionary<RawEndpoint, List<RawEndpoint>> _parts;
    private readonly Dictionary<RawEndpoint, RawEndpoint> _machines;

    public RawMachines(RawWorld world)
    {
        var hosts = world.Endpoints.FindAll(endpoint => endpoint.IsPoliced);
        _machines = hosts.ToDictionary(host => host, host => !IsElsewhere(host) ? host
            : hosts.FindAll(other => other.Name == host.Node && !IsElsewhere(other)) is [var only] ? only : host);
        _parts = hosts.GroupBy(host => _machines[host]).ToDictionary(parts => parts.Key, parts => parts.ToList());
    }

    /// <summary>All machines.</summary>
    public IReadOnlyCollection<RawEndpoint> All => _parts.Keys;

    /// <summary>The machine that enforces an endpoint.</summary>
    public RawEndpoint Of(RawEndpoint endpoint) => _machines[endpoint];

    /// <summary>The endpoints of a machine whose policies hold on an interface.</summary>
    public IEnumerable<RawEndpoint> On(RawEndpoint machine, string name) => _parts[machine].Where(part => part.Interface switch
    {
        null => true,
        "*" => !_parts[machine].Exists(other => other.Interface == name),
        var own => own == name,
    });

    private static bool IsElsewhere(RawEndpoint endpoint) => endpoint.Interface is not null && endpoint.Node != endpoint.Name;
}
