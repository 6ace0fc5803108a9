using EdgeAgent.Contracts;
using Xunit.Abstractions;

namespace EdgeAgent.Daemon.Tests;

/// <summary>The agent under its largest policy, within the limits of its unit.</summary>
[Collection(ProcessCollection.Name)]
public sealed class ResourceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Rules = 100, PeersEach = 10_000;

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_million_elements_come_change_and_come_back_from_disk_within_the_units_memory()
    {
        var limit = Limit("MemoryMax");
        using var cage = new MemoryCage(limit);
        var first = Largest(1, PeersEach);
        var next = Largest(2, PeersEach + 1);
        var controlPlane = await _lab.StartControlPlaneAsync(first);
        var agent = _lab.StartAgentIn(cage);
        await controlPlane.RealizedAsync(first);
        controlPlane.PublishDelta(first, next);
        await controlPlane.RealizedAsync(next);
        await AgentLab.UntilAsync(() => !File.Exists(_lab.Directory.State.ConfirmedPolicy), "the confirmation", () => agent.Output);
        var fresh = cage.Peak;
        agent.Kill();

        // As after a reboot: nobody to ask, and nothing in the kernel.
        await _lab.StopControlPlaneAsync();
        _lab.Host.Nft("delete table inet edgeagent");
        agent = _lab.StartAgentIn(cage);
        await AgentLab.UntilAsync(() => _lab.Status() is { State: "Realized", Connected: false, ConnectionProblem.Length: > 0 }, "the policy from disk", () => agent.Output);
        output.WriteLine($"limit {limit >> 20} MiB, peak {fresh >> 20} MiB, after a restart from disk {cage.Peak >> 20} MiB");
        Assert.Equal(0, cage.Killed);
        agent.Kill();
    }

    private static HostPolicy Largest(long revision, int peersOfTheFirst)
    {
        var one = Policies.Inbound(revision, 80, "10.0.0.1");
        var rule = one.Inbound[0].Branches[0].Blocks[0].Rules[0];
        return one with
        {
            Inbound = [new Stage([new Branch(null, [new Block(
                Enumerable.Range(0, Rules).Select(i => rule with { Ports = [PortRange.Single((ushort)(8000 + i))], PeerAnyOf = [$"peers-{i:d3}"] }).ToEquatableArray(),
                BlockEnd.Deny,
                Policies.Reference)])])],
            Sets = Policies.Sets([.. Enumerable.Range(0, Rules).Select(i => new AddressSet(
                $"peers-{i:d3}",
                Enumerable.Range(0, i == 0 ? peersOfTheFirst : PeersEach).Select(peer => Peer((i * (PeersEach + 1)) + peer))))]),
        };
    }

    // Every other address, so that no two merge into a wider block.
    private static Cidr Peer(int number) => Cidr.Single(new(IpFamily.V4, (UInt128)(0x0a000000u + ((uint)number * 2))));

    /// <summary>A limit of the unit that is shipped, in bytes.</summary>
    private static long Limit(string setting)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "EdgeAgent.sln")))
            root = root.Parent;
        var line = File.ReadLines(Path.Combine(root.FullName, "packaging", "systemd", "edgeagent.service")).Single(line => line.StartsWith($"{setting}=", StringComparison.Ordinal));
        var value = line[(setting.Length + 1)..];
        return long.Parse(value[..^1], System.Globalization.CultureInfo.InvariantCulture) << (value[^1] switch { 'M' => 20, 'G' => 30, _ => throw new FormatException(line) });
    }
}
