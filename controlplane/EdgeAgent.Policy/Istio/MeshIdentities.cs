using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// Principals and namespaces as AuthorizationPolicy sees them. A mesh workload (WorkloadEntry, Pod) gives the host at its address its
/// principal and namespace; a host without one has its own namespace, and the principal of its WorkloadGroup if it is in one.
/// </summary>
internal sealed class MeshIdentities
{
    private readonly List<(Cidr Block, string Namespace)> _namespaces = [];
    private readonly List<(Cidr Block, string Namespace, string Account)> _accounts = [];
    private readonly List<KnownWorkload> _atHosts;
    private readonly string _trustDomain;

    public MeshIdentities(IEnumerable<Resource> resources, IstioSettings settings)
    {
        _trustDomain = settings.TrustDomain;
        var workloads = resources.OfType<EndpointResource>().Where(endpoint => endpoint.Nature == EndpointNature.Workload).OrderBy(endpoint => endpoint.Key).ToList();
        Entries = workloads.Where(endpoint => !endpoint.IsManaged).ToEquatableArray();
        var taken = Entries.SelectMany(entry => entry.Addresses).ToHashSet();
        var hosts = workloads.Where(endpoint => endpoint.IsManaged).ToList();
        var owners = hosts.SelectMany(host => host.Addresses, (host, address) => (host, address)).ToLookup(pair => pair.address, pair => pair.host);
        var groups = resources.OfType<WorkloadGroupResource>().OrderBy(group => group.Key).ToList();
        var ports = Entries.Where(entry => entry is { RenumbersServicePorts: true, Ports.IsEmpty: false })
            .Select(entry => new WorkloadPorts(entry.Ports, [new(entry.Key.Namespace, entry.Labels, entry.Addresses), .. Hosts(entry)]))
            .ToList();
        HasForeignIdentities = taken.Any(owners.Contains);
        foreach (var entry in Entries)
            Add(entry.Key.Namespace, entry.ServiceAccount, entry.Addresses);
        foreach (var members in hosts.GroupBy(host => groups.Find(group => group.Has(host))))
        {
            var known = members.Select(host => new KnownWorkload(host.Key.Namespace, host.Labels, host.Addresses.Where(address => !taken.Contains(address)).ToEquatableArray())).ToList();
            foreach (var host in known)
                Add(host.Namespace, members.Key?.ServiceAccount ?? "", host.Addresses);
            HasForeignIdentities |= members.Key is { ServiceAccount.Length: > 0 };
            if (members.Key is { Ports.IsEmpty: false } group)
                ports.Add(new(group.Ports, known));
        }

        Ports = ports;
        _atHosts = Entries.Select(entry => new KnownWorkload(entry.Key.Namespace, entry.Labels, entry.Addresses.Where(owners.Contains).ToEquatableArray()))
            .Where(entry => !entry.Addresses.IsEmpty)
            .ToList();
        IEnumerable<KnownWorkload> Hosts(EndpointResource entry) =>
            from address in entry.Addresses
            from host in owners[address]
            select new KnownWorkload(host.Key.Namespace, host.Labels, [address]);
    }

    /// <summary>Mesh workloads without agent.</summary>
    public EquatableArray<EndpointResource> Entries { get; }

    /// <summary>Workloads that have their own numbers for ports of their services.</summary>
    public IReadOnlyList<WorkloadPorts> Ports { get; }

    /// <summary>Whether a host has its namespace or account from another resource, so that identities must be told by address.</summary>
    public bool HasForeignIdentities { get; }

    /// <summary>Addresses in namespaces of which one matches.</summary>
    public EquatableArray<Cidr> InNamespaces(EquatableArray<string> patterns) =>
        CidrSet.Canonical(_namespaces.Where(item => patterns.Any(pattern => HostPattern.MatchesText(pattern, item.Namespace))).Select(item => item.Block));

    /// <summary>Addresses of principals of which one matches.</summary>
    public EquatableArray<Cidr> OfPrincipals(EquatableArray<string> patterns) =>
        CidrSet.Canonical(_accounts.Where(item => patterns.Any(pattern => Matches(pattern, item.Namespace, item.Account))).Select(item => item.Block));

    /// <summary>Namespace and service account of each principal that matches.</summary>
    public EquatableArray<(string Namespace, string Account)> Accounts(EquatableArray<string> patterns) =>
        _accounts.Where(item => patterns.Any(pattern => Matches(pattern, item.Namespace, item.Account)))
            .Select(item => (item.Namespace, item.Account)).Distinct().ToEquatableArray();

    /// <summary>
    /// The hosts that are meant where workloads are selected: those with the labels, and those at whose address a mesh workload has them.
    /// </summary>
    public EquatableArray<PeerMatch> Selected(EndpointMatch match)
    {
        var byEntry = _atHosts.Where(entry => (match.Namespace is null || match.Namespace == entry.Namespace) && match.Selector.Matches(entry.Labels))
            .SelectMany(entry => entry.Addresses).Distinct().ToEquatableArray();
        return byEntry.IsEmpty ? [PeerMatch.Of(match)] : [PeerMatch.Of(match), PeerMatch.Of(byEntry)];
    }

    private bool Matches(string pattern, string ofNamespace, string account) =>
        HostPattern.MatchesText(pattern, $"{_trustDomain}/ns/{ofNamespace}/sa/{account}");

    private void Add(string ofNamespace, string account, IEnumerable<Cidr> addresses)
    {
        foreach (var address in addresses)
        {
            _namespaces.Add((address, ofNamespace));
            if (account.Length > 0)
                _accounts.Add((address, ofNamespace, account));
        }
    }
}
