using EdgeAgent.Contracts;
using EdgeAgent.Testing;
using EdgeAgent.Wire.V1;
using Grpc.Net.Client;
using Direction = EdgeAgent.Contracts.Direction;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>
/// Hosts <c>h-0</c>, <c>h-1</c>, ... of the application <c>web</c> at 10.0.0.1, 10.0.0.2, ..., each of which reports that it holds what it is
/// sent, or what <see cref="Answer"/> says.
/// </summary>
internal sealed class TestFleet : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly List<Task> _reporting = [];

    public List<TestAgent> Agents { get; } = [];

    /// <summary>What a host reports of a revision: null for the truth.</summary>
    public Func<TestAgent, (Contracts.HostState State, string Reason, Contracts.DeniedFlow[] Denied)?> Answer { get; set; } = _ => null;

    public static string NameOf(int number) => $"h-{number}";

    public static string AddressOf(int number) => $"10.0.0.{number + 1}";

    /// <summary>Documents of the hosts, and a policy that opens a port of each to each.</summary>
    public static string World(int hosts, int port) => Yaml.Join([.. Enumerable.Range(0, hosts).Select(number => Yaml.Host(NameOf(number), AddressOf(number), "web")), Yaml.Policy("web", "web", "web", port)]);

    public async Task<TestAgent> ConnectAsync(GrpcChannel channel, string name, string address, HostPolicy? cached = null)
    {
        var agent = await TestAgent.ConnectAsync(channel, TestAgent.FactsOf(name, address), cached);
        Agents.Add(agent);
        await agent.SyncAsync();
        _reporting.Add(ReportAsync(agent));
        return agent;
    }

    public async Task ConnectAsync(GrpcChannel channel, int hosts)
    {
        for (var number = 0; number < hosts; number++)
            await ConnectAsync(channel, NameOf(number), AddressOf(number));
    }

    /// <summary>Takes all connections away and connects again, with what each held.</summary>
    public async Task ReconnectAsync(Func<GrpcChannel> channel)
    {
        var before = Agents.ToList();
        Agents.Clear();
        foreach (var agent in before)
        {
            await agent.DisposeAsync();
            await ConnectAsync(channel(), agent.Facts.Name, agent.Facts.Addresses[0].ToString(), agent.Policy);
        }
    }

    /// <summary>Whether a TCP packet to a port passes both ends, by what each end was sent.</summary>
    public static bool Passes(TestAgent from, TestAgent to, ushort port)
    {
        var (source, destination) = (from.Facts.Addresses[0], to.Facts.Addresses[0]);
        return HostPolicyEvaluator.Allows(from.Policy!, new(Direction.Outbound, source, destination, IpProtocol.Tcp, port))
            && HostPolicyEvaluator.Allows(to.Policy!, new(Direction.Inbound, destination, source, IpProtocol.Tcp, port));
    }

    /// <summary>The hosts whose policy opens a port.</summary>
    public IReadOnlyList<string> Holding(ushort port) =>
        [.. Agents.Where(agent => HostPolicyEvaluator.Allows(agent.Policy!, new(Direction.Inbound, agent.Facts.Addresses[0], IpAddress.Parse(AddressOf(0)), IpProtocol.Tcp, port))).Select(agent => agent.Facts.Name)];

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_reporting);
        foreach (var agent in Agents)
            await agent.DisposeAsync();
        _ended.Dispose();
    }

    private async Task ReportAsync(TestAgent agent)
    {
        (long Revision, object? Answer) last = (-1, null);
        while (!_ended.IsCancellationRequested && agent.End is null)
        {
            var (revision, answer) = (agent.SyncedRevision, Answer(agent));
            if (last.Revision != revision || !Equals(last.Answer, answer?.State))
            {
                try
                {
                    await (answer is { } said ? agent.ReportAsync(said.State, said.Reason, said.State == Contracts.HostState.Realized ? revision : 0, said.Denied) : agent.ReportAsync());
                    last = (revision, answer?.State);
                }
                catch (Exception e) when (e is Grpc.Core.RpcException or InvalidOperationException or ObjectDisposedException)
                {
                    return;
                }
            }

            await Task.Delay(20);
        }
    }
}
