using System.Text.Json;
using EdgeAgent.Lab;

namespace EdgeAgent.EndToEnd.Tests.Support;

/// <summary>
/// Bookinfo on namespaces: a control plane, an agent at every host, a service on every port, all real processes and sockets. Beside the
/// hosts of the quickstart there is a guest that no document declares, and the world outside.
/// </summary>
public sealed class BookinfoLab : IAsyncLifetime
{
    /// <summary>What agents choose by themselves.</summary>
    private const string Usual = "nftables";

    private const string ControlAddress = "10.20.1.1";

    private static int s_labs;

    private readonly Dictionary<string, ChildProcess> _agents = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("edgeagent-e2e-");
    private readonly string _prefix = $"ee{Environment.ProcessId}-{Interlocked.Increment(ref s_labs)}";
    private List<HttpService> _services = [];
    private string _backend = Usual;
    private ChildProcess? _controlPlane;

    public BookinfoLab() => Topology = Topology.Read(
        _prefix,
        Repository.Manifest(Manifests.Hosts),
        [$"outside={Outside}:443", $"guest={Guest}:9080", $"control={ControlAddress}"]);

    /// <summary>The address of the world outside.</summary>
    public const string Outside = "203.0.113.10";

    /// <summary>The address of the machine that no document declares.</summary>
    public const string Guest = "10.20.0.20";

    /// <summary>The revision that has the hosts and nothing else.</summary>
    public long HostsOnly { get; private set; }

    internal Topology Topology { get; }

    public async Task InitializeAsync()
    {
        Topology.Fabric.Up();
        _services = [.. Topology.Serving.SelectMany(HttpService.Start)];
        foreach (var service in _services)
            _ = service.ServeAsync(_ended.Token);
        await StartControlPlaneAsync();
        (await EdgectlAsync("apply", "-f", Repository.Manifest(Manifests.Hosts))).Succeeded();
        foreach (var host in Topology.Hosts)
        {
            await CreateTokenAsync(host.ShortName);
            StartAgent(host.ShortName);
        }

        await RealizedAsync();
        HostsOnly = await RevisionAsync();
    }

    public Task DisposeAsync()
    {
        _ended.Cancel();
        foreach (var agent in _agents.Values)
            agent.Dispose();
        _controlPlane?.Dispose();
        foreach (var service in _services)
            service.Dispose();
        Topology.Fabric.Down();
        _directory.Delete(recursive: true);
        _ended.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Runs edgectl against the control plane, as a process on the control plane's machine.</summary>
    internal Task<ProgramRun> EdgectlAsync(params string[] arguments) => EdgectlWithInputAsync("", arguments);

    /// <summary>The same with something on standard input.</summary>
    internal Task<ProgramRun> EdgectlWithInputAsync(string input, params string[] arguments) =>
        ChildProcess.RunAsync(Node("control").NamespaceFile, Repository.Edgectl, input, ["--context", Path.Combine(_directory.FullName, "control", "admin.context"), .. arguments]);

    /// <summary>Makes exactly these policies the ones in force, and waits until every host has proven it.</summary>
    internal async Task EnforceAsync(params string[] manifests)
    {
        (await EdgectlAsync("rollback", $"{HostsOnly}")).Succeeded();
        if (manifests.Length > 0)
            (await EdgectlAsync(["apply", "-f", .. manifests.Select(Repository.Manifest)])).Succeeded();
        await RealizedAsync();
    }

    /// <summary>Waits until every host, or one, has proven that its kernel holds the newest policy.</summary>
    internal async Task RealizedAsync(string? host = null)
    {
        var waited = await EdgectlAsync(host is null ? ["status", "--wait", "30"] : ["status", host, "--wait", "30"]);
        Assert.True(waited.ExitCode == 0, $"{waited.Output}{waited.Error}\n{string.Join('\n', _agents.Select(agent => $"== {agent.Key}\n{agent.Value.Said}"))}\n== edgecontrol\n{_controlPlane?.Said}");
    }

    /// <summary>The newest revision.</summary>
    internal async Task<long> RevisionAsync()
    {
        using var status = await StatusAsync();
        return status.RootElement.GetProperty("revision").GetInt64();
    }

    /// <summary>What <c>edgectl status -o json</c> says.</summary>
    internal async Task<JsonDocument> StatusAsync() => JsonDocument.Parse((await EdgectlAsync("status", "-o", "json")).Succeeded().Output);

    /// <summary>What <c>edgectl status HOST -o json</c> says of one host.</summary>
    internal async Task<JsonElement> StatusOfAsync(string host) => HostOf((await EdgectlAsync("status", host, "-o", "json")).Succeeded().Output);

    /// <summary>Asks until a host's status is as wanted.</summary>
    internal async Task<JsonElement> StatusWhenAsync(string host, Func<JsonElement, bool> isWanted)
    {
        var run = new ProgramRun(0, 0, "", "");
        for (var attempt = 0; attempt < 100; attempt++)
        {
            run = await EdgectlAsync("status", host, "-o", "json");
            if (run.ExitCode == 0 && HostOf(run.Output) is var status && isWanted(status))
                return status;
            await Task.Delay(100);
        }

        throw new TimeoutException($"{host} never came to it: {run.Output}{run.Error}\n{AgentSaid(host)}");
    }

    /// <summary>Connects for real between all of these machines, and expects what edgectl says from the manifests alone.</summary>
    internal async Task<IReadOnlyList<Cell>> MeasureAsync(IReadOnlyCollection<LabNode> nodes, params string[] manifests)
    {
        var offline = await ChildProcess.RunAsync(
            Node("control").NamespaceFile,
            Repository.Edgectl,
            string.Join('\n', Probes.Between(nodes)),
            ["connectivity", "-o", "json", "--probes", "-", "-f", .. manifests.Select(Repository.Manifest)]);
        return await Measurement.RunAsync(Topology, Expectation.Read(offline.Succeeded().Output.Split('\n')));
    }

    /// <summary>Connects for real and fails the test if one connection is not as the manifests say.</summary>
    internal async Task ExpectAsync(IReadOnlyCollection<LabNode> nodes, params string[] manifests)
    {
        var wrong = (await MeasureAsync(nodes, manifests)).Where(cell => !cell.IsRight).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>One real connection attempt.</summary>
    internal async Task<Outcome> ConnectAsync(string from, string to, ushort port)
    {
        var cells = await Measurement.RunAsync(Topology, [new(from, to, port, Allowed: true)]);
        return cells[0].Outcome;
    }

    /// <summary>The machine of that short name.</summary>
    internal LabNode Node(string name) => Topology.Hosts.Concat(Topology.Others).First(node => node.ShortName == name);

    /// <summary>The directory of an agent's files.</summary>
    internal string StateOf(string host) => Path.Combine(_directory.FullName, host);

    /// <summary>The certificates of the control plane's authorities, in PEM, the one that issues first.</summary>
    internal string Authorities() => File.ReadAllText(Path.Combine(_directory.FullName, "control", "ca.pem"));

    /// <summary>What an agent wrote since it was started.</summary>
    internal string AgentSaid(string host) => _agents.TryGetValue(host.Split('/')[^1], out var agent) ? agent.Said : "";

    internal void StartAgent(string host, params string[] more)
    {
        string[] arguments =
        [
            "run", "--control-plane", $"https://{ControlAddress}:7443", "--token-file", TokenOf(host),
            // Tests end the control plane right after a change, which a host that waits for its confirmation must take for a bad policy.
            "--state-dir", StateOf(host), "--no-confirm", .. more,
        ];
        _agents[host] = ChildProcess.Start(Node(host).NamespaceFile, Repository.Agent, arguments);
    }

    /// <summary>Lets all hosts enforce through a backend, until what this gives is disposed of: then they go back to their own choice.</summary>
    internal async Task<IAsyncDisposable> OnBackendAsync(string backend)
    {
        await TurnToAsync(backend);
        return new Turned(this);
    }

    private async Task TurnToAsync(string backend)
    {
        if (backend == _backend)
            return;
        _backend = backend;
        foreach (var host in Topology.Hosts)
        {
            StopAgent(host.ShortName);
            StartAgent(host.ShortName, "--backend", backend);
        }

        foreach (var host in Topology.Hosts)
            await StatusWhenAsync(host.ProbeName, status => status.GetProperty("backend").GetString() == backend && status.GetProperty("realized").GetBoolean());
    }

    private sealed class Turned(BookinfoLab lab) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await lab.TurnToAsync(Usual);
    }

    /// <summary>Makes the token that a host enrols with when its agent starts.</summary>
    internal async Task CreateTokenAsync(string host, params string[] grant)
    {
        string[] name = ["--namespace", Topology.Hosts.Any(node => node.ProbeName == $"vm/{host}") ? "vm" : "default", "--name", host];
        File.WriteAllText(TokenOf(host), (await EdgectlAsync(["token", "create", .. name, .. grant])).Succeeded().Output);
    }

    private string TokenOf(string host) => Path.Combine(_directory.FullName, $"{host}.token");

    internal void StopAgent(string host) => _agents[host].Stop();

    internal void CrashAgent(string host) => _agents[host].Crash();

    internal bool AgentRuns(string host) => _agents[host].IsRunning;

    /// <summary>Runs a command of the agent's program on its machine.</summary>
    internal Task<ProgramRun> OnHostAsync(string host, string program, params string[] arguments) =>
        ChildProcess.RunAsync(Node(host).NamespaceFile, program, "", arguments);

    internal async Task StartControlPlaneAsync()
    {
        _controlPlane = ChildProcess.Start(
            Node("control").NamespaceFile, Repository.ControlPlane, "--data", Path.Combine(_directory.FullName, "control"), "--listen", $"{ControlAddress}:7443");
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if ((await EdgectlAsync("history", "--limit", "1")).ExitCode == 0)
                return;
            Assert.True(_controlPlane.IsRunning, _controlPlane.Said);
            await Task.Delay(50);
        }

        Assert.Fail($"the control plane does not answer:\n{_controlPlane.Said}");
    }

    private static JsonElement HostOf(string output)
    {
        using var status = JsonDocument.Parse(output);
        return status.RootElement.GetProperty("hosts")[0].Clone();
    }

    internal void CrashControlPlane() => _controlPlane!.Crash();
}

/// <summary>One lab for many tests: they run one after another, and each begins with the policies that it names.</summary>
[CollectionDefinition(nameof(BookinfoLab))]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's word")]
public sealed class BookinfoLabCollection : ICollectionFixture<BookinfoLab>;

/// <summary>Another lab, for the tests that break things and wait: they run beside the others.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's word")]
public sealed class BreakingLabCollection : ICollectionFixture<BookinfoLab>
{
    internal const string Name = "breaking";
}

/// <summary>The quickstart's manifests.</summary>
internal static class Manifests
{
    public const string Hosts = "0-hosts.yaml", DefaultDeny = "1-default-deny.yaml", Article = "2-article.yaml", WithoutLimits = "3-without-limits.yaml";
}
