using System.Net;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Manifests;
using EdgeAgent.Netfilter;
using EdgeAgent.Policy;
using EdgeAgent.Testing;
using Probe = EdgeAgent.Testing.Probe;

namespace EdgeAgent.Kernel.Tests;

/// <summary>From the documents that an operator writes to what happens to real packets that pass through a host, on both backends.</summary>
public sealed class ForwardPacketTests : IDisposable
{
    private const int Granted = 9080, Ungranted = 9081, Ssh = 22;

    private const string Router = """
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: router, labels: {role: router}}
        spec: {addresses: [10.98.1.254, "fd98:1::fe"]}

        """;

    private const string Transit = """
        ---
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: transit}
        spec:
          selector: role == 'router'
          applyOnForward: true
          types: [Ingress]
          ingress:
          - {action: Allow, protocol: TCP, source: {nets: [10.98.1.0/24]}, destination: {nets: [10.98.3.1/32], ports: [9080]}}
          - {action: Allow, protocol: TCP, source: {nets: ["fd98:1::/64"]}, destination: {nets: ["fd98:3::1/128"], ports: [9080]}}
          - {action: Allow, protocol: UDP, source: {nets: [10.98.1.0/24]}, destination: {ports: [9080]}}

        """;

    private const string Leaving = """
        ---
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: leaving}
        spec:
          selector: role == 'router'
          applyOnForward: true
          types: [Egress]
          egress:
          - {action: Deny, protocol: TCP, destination: {nets: [10.98.3.1/32]}}
          - {action: Allow}

        """;

    private readonly RoutedNamespaces _net = new();
    private readonly List<EchoServer> _servers = [];
    private readonly Lazy<NetfilterKernel> _nftables;
    private readonly Lazy<XTablesKernel> _iptables;

    public ForwardPacketTests()
    {
        foreach (var host in new[] { _net.Server, _net.Client, _net.Router })
            _servers.AddRange(new[] { Granted, Ungranted, Ssh }.Select(port => new EchoServer(host, port)));
        _nftables = new(() => new NetfilterKernel(_net.Router.Path));
        _iptables = new(() => new XTablesKernel(_net.Router.Path));
    }

    public static TheoryData<string> Backends => ["nftables", "iptables"];

    public void Dispose()
    {
        if (_nftables.IsValueCreated)
            _nftables.Value.Dispose();
        if (_iptables.IsValueCreated)
            _iptables.Value.Dispose();
        _servers.ForEach(static server => server.Dispose());
        _net.Dispose();
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void What_passes_through_a_host_meets_the_policies_that_apply_on_forward(string backend)
    {
        Enforce(backend, Router + Transit);
        foreach (var to in _net.ServerAddresses)
        {
            Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Client, to, Granted, Probe.Patience));
            Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Client, to, Ungranted, Probe.Silence));
            Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Guest, to, Granted, Probe.Silence));
            Assert.Equal(ProbeResult.Silent, Probe.Ping(_net.Client, to, Probe.Silence));

            // No failsafe opens the way through a host; the one to the host itself it does.
            Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Client, to, Ssh, Probe.Silence));
        }

        Assert.Equal(ProbeResult.Answered, Probe.Udp(_net.Client, _net.ServerAddresses[0], Granted, Probe.Patience));
        Assert.Equal(ProbeResult.Silent, Probe.Udp(_net.Client, _net.ServerAddresses[1], Granted, Probe.Silence));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Client, _net.RouterAddress, Ssh, Probe.Patience));
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Client, _net.RouterAddress, Granted, Probe.Silence));
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Server, _net.ClientAddresses[0], Granted, Probe.Silence));

        // Both halves count: what may arrive must be allowed to leave.
        Enforce(backend, Router + Transit + Leaving);
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Client, _net.ServerAddresses[0], Granted, Probe.Silence));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Client, _net.ServerAddresses[1], Granted, Probe.Patience));
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Client, _net.ServerAddresses[1], Ungranted, Probe.Silence));

        // Where no policy is about leaving, all may leave; where none is about arriving, all may arrive.
        Enforce(backend, Router + Leaving);
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Client, _net.ServerAddresses[0], Ungranted, Probe.Silence));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Guest, _net.ServerAddresses[1], Ungranted, Probe.Patience));

        // Without any such policy there is nothing of ours in the way.
        Enforce(backend, Router + Transit.Replace("applyOnForward: true", "applyOnForward: false", StringComparison.Ordinal));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Guest, _net.ServerAddresses[0], Ungranted, Probe.Patience));
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Client, _net.RouterAddress, Granted, Probe.Silence));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_stage_of_one_interface_is_about_what_comes_and_goes_by_it(string backend)
    {
        var closed = new Stage([new Branch(null, [new Block([], BlockEnd.Deny, new("GlobalNetworkPolicy", "", "closed", ""))])]);
        var open = HostPolicy.Empty with { Revision = new(1) };
        var server = _net.ServerAddresses[0];

        Enforce(backend, open with { ForwardIn = [closed with { Interface = InterfaceMatch.Only(RoutedNamespaces.ToGuest) }] });
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Client, server, Granted, Probe.Patience));
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Guest, server, Granted, Probe.Silence));

        Enforce(backend, open with { ForwardOut = [closed with { Interface = InterfaceMatch.AllBut([RoutedNamespaces.ToClient, RoutedNamespaces.ToGuest]) }] });
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Guest, server, Granted, Probe.Silence));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Guest, _net.ClientAddresses[1], Granted, Probe.Patience));

        Enforce(backend, open with { Inbound = [closed with { Interface = InterfaceMatch.Only(RoutedNamespaces.ToClient) }] });
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_net.Client, _net.RouterAddress, Granted, Probe.Silence));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Guest, _net.RouterAddress, Granted, Probe.Patience));

        Enforce(backend, open with { Outbound = [closed with { Interface = InterfaceMatch.AllBut([RoutedNamespaces.ToServer]) }] });
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_net.Router, server, Granted, Probe.Patience));
        Assert.NotEqual(ProbeResult.Answered, Probe.Tcp(_net.Router, _net.ClientAddresses[0], Granted, Probe.Silence));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Tables_of_hosts_that_forward_are_read_back_as_they_were_compiled(string backend)
    {
        for (var seed = 0; seed < 15; seed++)
            Enforce(backend, RandomHostPolicy.Of(seed, HostPolicyShape.Router with { Wildcards = false }));
        if (backend == "nftables")
            Assert.Contains("hook forward", _net.Router.Nft("list table inet edgeagent"), StringComparison.Ordinal);
        else
            Assert.Contains("-A FORWARD -j EDGEAGENT-FORWARD", _net.Router.Execute("iptables-legacy-save", []), StringComparison.Ordinal);
    }

    private void Enforce(string backend, string documents)
    {
        var read = ManifestReader.Read([new("test.yaml", Encoding.UTF8.GetBytes(documents))]);
        Assert.False(read.HasErrors, string.Join('\n', read.Diagnostics));
        var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. read.Resources.Select(static resource => resource.Model)])).State;
        Enforce(backend, state.PolicyOf(read.Resources.Single(static resource => resource is { Kind: "Host", Key.Name: "router" }).Key)!);
    }

    private void Enforce(string backend, HostPolicy policy)
    {
        if (backend == "nftables")
        {
            var desired = RulesetCompiler.Compile(policy, CompileOptions.Default);
            _nftables.Value.Update(table => RulesetDiffer.Plan(table.Ruleset, desired));
            Assert.Equal(RulesetText.Of(desired), RulesetText.Of(_nftables.Value.Read().Ruleset!));
            return;
        }

        var chains = XTablesCompiler.Compile(policy, CompileOptions.Default);
        foreach (var operation in XTablesDiffer.Plan(_iptables.Value.Read().Held, chains))
            _iptables.Value.Apply(operation);
        var reading = _iptables.Value.Read();
        Assert.Empty(reading.Foreign);
        Assert.Equal(XTablesText.Of(chains), XTablesText.Of(reading.Held.Content!));
    }
}
