using System.Net;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Two namespaces, joined: a control plane and clients in one, the managed host in the other.</summary>
internal sealed class AgentLab : IAsyncDisposable
{
    private readonly List<IDisposable> _owned = [];

    internal NamespacePair Pair { get; } = new();

    internal TemporaryDirectory Directory { get; } = new();

    internal TestNamespace Host => Pair.Server;

    internal FakeControlPlane? ControlPlane { get; private set; }

    internal string Url => $"http://{Pair.ClientV4}:{FakeControlPlane.Port}";

    internal async Task<FakeControlPlane> StartControlPlaneAsync(HostPolicy? policy = null, TimeSpan? heartbeat = null, IReadOnlyList<Contracts.Failsafe>? failsafes = null) =>
        ControlPlane = await FakeControlPlane.StartAsync(Pair.Client, Pair.ClientV4, policy, heartbeat, failsafes);

    internal async Task StopControlPlaneAsync()
    {
        if (ControlPlane is { } running)
            await running.DisposeAsync();
        ControlPlane = null;
    }

    internal AgentProcess StartAgent(params string[] more) => Started(AgentProcess.Run(Host, Directory.Path, Url, more));

    /// <summary>Starts the agent under a limit of memory.</summary>
    internal AgentProcess StartAgentIn(MemoryCage cage) => Started(AgentProcess.RunIn(cage, Host, Directory.Path, Url));

    private AgentProcess Started(AgentProcess agent)
    {
        _owned.Add(agent);
        if (ControlPlane is { } controlPlane)
            controlPlane.Diagnose = () => agent.Output;
        return agent;
    }

    internal (int ExitCode, string Output, string Errors) Command(string command, params string[] more) =>
        AgentProcess.Command(Host, [command, "--state-dir", Directory.Path, .. more]);

    internal EchoServer Serve(int port)
    {
        var server = new EchoServer(Host, port);
        _owned.Add(server);
        return server;
    }

    /// <summary>A new connection from the client's side.</summary>
    internal ProbeResult Tcp(int port, IPAddress? source = null) => Probe.Tcp(Pair.Client, Pair.ServerV4, port, Probe.Silence, source);

    /// <summary>Our table as the kernel holds it; null for none.</summary>
    internal Ruleset? Table()
    {
        using var kernel = new NetfilterKernel(Host.Path);
        return kernel.Read().Ruleset;
    }

    /// <summary>The mark of each connection that the host tracks.</summary>
    internal IReadOnlyList<uint> Marks()
    {
        using var conntrack = new ConntrackTable(Host.Path);
        return [.. conntrack.ReadAll().Select(flow => flow.Mark)];
    }

    /// <summary>Waits until something holds; generous, since the machine may be busy.</summary>
    internal static async Task UntilAsync(Func<bool> holds, string what, Func<string>? more = null)
    {
        for (var i = 0; i < 600; i++)
        {
            if (holds())
                return;
            await Task.Delay(50);
        }

        Assert.Fail($"{what} did not come about{(more is null ? "" : $":\n{more()}")}");
    }

    /// <summary>The status that the agent wrote last.</summary>
    internal StatusDocument? Status()
    {
        try
        {
            return StatusDocument.Parse(File.ReadAllBytes(Directory.State.Status));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
            owned.Dispose();
        await StopControlPlaneAsync();
        Pair.Dispose();
        Directory.Dispose();
    }
}
