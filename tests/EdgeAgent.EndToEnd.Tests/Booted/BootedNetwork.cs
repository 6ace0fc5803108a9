using EdgeAgent.EndToEnd.Tests.Support;
using EdgeAgent.Testing;

namespace EdgeAgent.EndToEnd.Tests.Booted;

/// <summary>
/// What a booted host is connected to: a namespace with the control plane, a machine that policy lets in and one that it keeps out; and
/// the host's own namespace, new at each boot as a kernel is.
/// </summary>
internal sealed class BootedNetwork : IDisposable
{
    public const string Host = "10.98.0.2", Friend = "10.98.0.1", Stranger = "10.98.0.3";
    public const int Port = 8081;

    private const string Manifest = $$$"""
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: legacy-vm, namespace: default, labels: {app: web}}
        spec: {addresses: [{{{Host}}}]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: friend, namespace: default, labels: {app: friend}}
        spec: {addresses: [{{{Friend}}}]}
        ---
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: friend-to-web, namespace: default}
        spec:
          from: [{selector: "app == 'friend'"}]
          to: [{selector: "app == 'web'"}]
          ports: [{protocol: TCP, port: 8081}]
          action: Allow
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("edgeagent-booted-");

    private string Data => Path.Combine(_directory.FullName, "control");

    private ChildProcess? _controlPlane;
    private EchoServer? _service;

    public BootedNetwork() => File.WriteAllText(Path.Combine(_directory.FullName, "policy.yaml"), Manifest);

    /// <summary>Where everything but the host is.</summary>
    public TestNamespace Outside { get; } = new("outside");

    /// <summary>Where the host is.</summary>
    public TestNamespace Inside { get; private set; } = new("host");

    /// <summary>Joins both by a cable whose inner end has neither address nor link until the host's boot gives them; a service listens there from the beginning.</summary>
    public void Plug()
    {
        Outside.Ip($"link add cable type veth peer name eth0 netns {Inside.Path}");
        foreach (var address in new[] { Friend, Stranger })
            Outside.Ip($"addr add {address}/24 dev cable");
        Outside.Ip("link set cable up");
        _service = new(Inside, Port);
    }

    /// <summary>What a reboot does to the network: nothing of the old kernel's state is left.</summary>
    public void Renew()
    {
        _service!.Dispose();
        Outside.Ip("link del cable");
        Inside.Dispose();
        Inside = new("host");
        Plug();
    }

    /// <summary>Starts the control plane, with an authority of its own, and the policy that lets the friend in, and the stranger not.</summary>
    public async Task StartControlPlaneAsync()
    {
        _controlPlane = ChildProcess.Start(Outside.Path, Repository.ControlPlane, "--data", Data, "--listen", $"{Friend}:7443");
        for (var attempt = 0; attempt < 200; attempt++)
        {
            if ((await EdgectlAsync("history", "--limit", "1")).ExitCode == 0)
            {
                (await EdgectlAsync("apply", "-f", Path.Combine(_directory.FullName, "policy.yaml"))).Succeeded();
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail(_controlPlane.Said);
    }

    /// <summary>A token that lets the host in once, under its name.</summary>
    public async Task<string> TokenAsync()
    {
        var made = await EdgectlAsync("token", "create", "--namespace", "default", "--name", "legacy-vm", "--ttl", "1h", "--uses", "1");
        made.Succeeded();
        return made.Output;
    }

    /// <summary>Waits until the host has proven that its kernel holds the newest policy.</summary>
    public async Task RealizedAsync() => (await EdgectlAsync("status", "legacy-vm", "--wait", "40")).Succeeded();

    public void CrashControlPlane() => _controlPlane!.Crash();

    /// <summary>Connections from an address of the outside, again and again.</summary>
    public Attempts From(string source, int timeoutMilliseconds) => new(Outside, source, Host, Port, TimeSpan.FromMilliseconds(timeoutMilliseconds));

    /// <summary>One connection.</summary>
    public ProbeResult Connect(string source) => Probe.Tcp(Outside, System.Net.IPAddress.Parse(Host), Port, TimeSpan.FromMilliseconds(500), System.Net.IPAddress.Parse(source));

    public void Dispose()
    {
        _controlPlane?.Dispose();
        _service?.Dispose();
        Inside.Dispose();
        Outside.Dispose();
        _directory.Delete(recursive: true);
    }

    private Task<ProgramRun> EdgectlAsync(params string[] arguments) =>
        ChildProcess.RunAsync(Outside.Path, Repository.Edgectl, "", ["--context", Path.Combine(Data, "admin.context"), .. arguments]);
}
