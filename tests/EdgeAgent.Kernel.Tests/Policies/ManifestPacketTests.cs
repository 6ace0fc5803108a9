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

/// <summary>From the documents that an operator writes to what happens to real packets of one host.</summary>
public sealed class ManifestPacketTests : IDisposable
{
    private const int Granted = 9080, Watched = 9081, Ungranted = 9082, Ssh = 22;

    private const string Hosts = """
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: server, labels: {app: server}}
        spec: {addresses: [10.99.0.2, "fd99::2"], mode: MODE}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: friend, labels: {app: friend}}
        spec: {addresses: [10.99.0.1, "fd99::1"]}
        ---
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: friends}
        spec:
          from: [{selector: "app == 'friend'"}]
          to: [{selector: "app == 'server'"}]
          ports: [{protocol: TCP, port: 9080}, {protocol: TCP, port: 9081}, {protocol: UDP, port: 9080}, {protocol: UDP, port: 9081}]

        """;

    private const string AuditedDenial = """
        ---
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: close}
        spec:
          from: [{selector: "app == 'friend'"}]
          to: [{selector: "app == 'server'"}]
          ports: [{protocol: TCP, port: 9081}]
          action: Deny
          mode: Audit

        """;

    private readonly NamespacePair _pair = new();
    private readonly List<EchoServer> _servers = [];
    private readonly IPAddress _stranger;
    private readonly NetfilterKernel _kernel;

    public ManifestPacketTests()
    {
        foreach (var port in new[] { Granted, Watched, Ungranted, Ssh })
        {
            _servers.Add(new(_pair.Server, port));
            _servers.Add(new(_pair.Client, port));
        }

        _stranger = _pair.AddClientAddress("10.99.0.77");
        _kernel = new NetfilterKernel(_pair.Server.Path);
    }

    private IEnumerable<IPAddress> Addresses => [_pair.ServerV4, _pair.ServerV6];

    public void Dispose()
    {
        _kernel.Dispose();
        _servers.ForEach(static server => server.Dispose());
        _pair.Dispose();
    }

    [Fact]
    public async Task One_audited_policy_among_enforced_ones_logs_what_it_would_deny_and_lets_it_pass()
    {
        using var log = new PacketLog(new PacketLogOptions(CompileOptions.Default.LogGroup) { NetworkNamespace = _pair.Server.Path, FlushInterval = TimeSpan.FromMilliseconds(10) });
        Enforce(Hosts.Replace("MODE", "Enforce", StringComparison.Ordinal) + AuditedDenial);
        foreach (var to in Addresses)
        {
            Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, to, Granted, Probe.Patience));
            Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, to, Watched, Probe.Patience));
            Assert.Equal(ProbeResult.Silent, Probe.Tcp(_pair.Client, to, Ungranted, Probe.Silence));
        }

        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_pair.Client, _pair.ServerV4, Granted, Probe.Silence, _stranger));
        var counters = _kernel.ReadCounters();
        Assert.Equal(2ul, counters[CounterNames.Logged("default/close", Direction.Inbound)].Packets);
        Assert.True(counters[CounterNames.Denied(Direction.Inbound)].Packets >= 3);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var heard = new List<(LogPrefix Prefix, ushort Port)>();
        await foreach (var packet in log.ReadAsync(limit.Token))
        {
            Assert.True(LogPrefix.TryParse(packet.Prefix, out var prefix), packet.Prefix);
            heard.Add((prefix, packet.Headers.DestinationPort));
            if (heard.Count(static each => each.Prefix.Verdict == Verdict.Log) == 2 && heard.Exists(static each => each.Port == Ungranted))
                break;
        }

        Assert.All(heard.Where(static each => each.Prefix.Verdict == Verdict.Log), static each => Assert.Equal((new LogPrefix(Direction.Inbound, Verdict.Log, "default/close"), (ushort)Watched), each));
        Assert.All(heard.Where(static each => each.Prefix.Verdict == Verdict.Deny), static each => Assert.Equal((Direction.Inbound, "default/friends"), (each.Prefix.Direction, each.Prefix.Policy)));
    }

    [Fact]
    public void A_host_in_quarantine_is_reached_by_its_failsafes_alone_and_reaches_nobody()
    {
        Enforce(Hosts.Replace("MODE", "Quarantine", StringComparison.Ordinal));
        foreach (var to in Addresses)
        {
            Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, to, Ssh, Probe.Patience));
            Assert.Equal(ProbeResult.Silent, Probe.Tcp(_pair.Client, to, Granted, Probe.Silence));
            Assert.Equal(ProbeResult.Silent, Probe.Udp(_pair.Client, to, Granted, Probe.Silence));
            Assert.Equal(ProbeResult.Silent, Probe.Ping(_pair.Client, to, Probe.Silence));
        }

        foreach (var to in new[] { _pair.ClientV4, _pair.ClientV6 })
        {
            Assert.NotEqual(ProbeResult.Answered, Probe.Tcp(_pair.Server, to, Granted, Probe.Silence));
            Assert.NotEqual(ProbeResult.Answered, Probe.Udp(_pair.Server, to, Granted, Probe.Silence));
            Assert.NotEqual(ProbeResult.Answered, Probe.Tcp(_pair.Server, to, Ssh, Probe.Silence));
        }

        Enforce(Hosts.Replace("MODE", "Enforce", StringComparison.Ordinal));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, _pair.ServerV4, Granted, Probe.Patience));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Server, _pair.ClientV6, Granted, Probe.Patience));
    }

    [Fact]
    public void A_host_that_is_audited_counts_its_denials_and_lets_all_pass()
    {
        Enforce(Hosts.Replace("MODE", "Audit", StringComparison.Ordinal));
        foreach (var to in Addresses)
        {
            Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, to, Granted, Probe.Patience));
            Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, to, Ungranted, Probe.Patience));
            Assert.Equal(ProbeResult.Answered, Probe.Udp(_pair.Client, to, Ungranted, Probe.Patience));
        }

        Assert.Equal(4ul, _kernel.ReadCounters()[CounterNames.Denied(Direction.Inbound)].Packets);
    }

    private void Enforce(string documents)
    {
        var read = ManifestReader.Read([new("test.yaml", Encoding.UTF8.GetBytes(documents))]);
        Assert.False(read.HasErrors, string.Join('\n', read.Diagnostics));
        var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. read.Resources.Select(static resource => resource.Model)])).State;
        var policy = state.PolicyOf(read.Resources.Single(static resource => resource is { Kind: "Host", Key.Name: "server" }).Key)!;
        _kernel.Update(table => RulesetDiffer.Plan(table.Ruleset, RulesetCompiler.Compile(policy, CompileOptions.Default)));
    }
}
