using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using HostFacts = EdgeAgent.Contracts.HostFacts;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>An agent without a kernel: speaks the real protocol and holds what it is sent.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<AgentMessage, ServerMessage> _call;
    private readonly CancellationTokenSource _leave = new();
    private readonly List<ServerMessage> _messages = [];
    private readonly Dictionary<Digest, Contracts.AddressSet> _heldSets = [];
    private readonly Task _reading;
    private long _synced = -1;
    private bool _disposed;

    private TestAgent(GrpcChannel channel, HostFacts facts, HostPolicy? cached)
    {
        Facts = facts;
        foreach (var set in cached?.Sets.Values ?? [])
            _heldSets[set.Digest] = set;
        Policy = cached;
        _call = new AgentService.AgentServiceClient(channel).Connect(cancellationToken: _leave.Token);
        _reading = ReadAsync();
    }

    public HostFacts Facts { get; }

    public HostPolicy? Policy { get; private set; }

    /// <summary>The revision of the newest in-sync mark; -1 before the first.</summary>
    public long SyncedRevision => Interlocked.Read(ref _synced);

    /// <summary>How the stream ended; null while it runs.</summary>
    public Status? End { get; private set; }

    public static HostFacts FactsOf(string name, string address, params (string Key, string Value)[] labels) => new()
    {
        Namespace = "default",
        Name = name,
        Addresses = [IpAddress.Parse(address)],
        Labels = labels.Select(label => KeyValuePair.Create(label.Key, label.Value)).ToEquatableArray(),
        MachineId = $"machine-{name}",
        AgentVersion = "test",
        Kernel = "6.1.0",
        Backend = "nftables",
    };

    /// <summary>Connects and says hello.</summary>
    public static async Task<TestAgent> ConnectAsync(GrpcChannel channel, HostFacts facts, HostPolicy? cached = null, string? instance = null)
    {
        var agent = new TestAgent(channel, facts, cached);
        var hello = new Hello
        {
            Facts = HostFactsMapping.ToWire(facts),
            Revision = cached?.Revision.Number ?? 0,
            Digest = cached is null ? "" : HostPolicyDigest.Of(cached).Hex,
            Instance = instance ?? facts.MachineId,
        };
        hello.SetDigests.AddRange(agent._heldSets.Keys.Select(digest => digest.Hex));
        try
        {
            await agent._call.RequestStream.WriteAsync(new() { Hello = hello });
        }
        catch (RpcException)
        {
            // Refused before the write was done: End tells with what status.
        }

        return agent;
    }

    public IReadOnlyList<ServerMessage> Messages
    {
        get
        {
            lock (_messages)
                return [.. _messages];
        }
    }

    public int Count(ServerMessage.MessageOneofCase kind) => Messages.Count(message => message.MessageCase == kind);

    /// <summary>Waits until the agent is in sync at a revision or later.</summary>
    public Task SyncAsync(long revision = 0) => Eventually.HoldsAsync(
        () => End is { } end ? throw new InvalidOperationException($"the stream ended: {end}") : SyncedRevision >= revision, $"{Facts.Name} in sync at {revision}");

    public async Task<Status> EndAsync()
    {
        await _reading.WaitAsync(Eventually.Patience);
        return End!.Value;
    }

    public Task SendAsync(AgentMessage message) => _call.RequestStream.WriteAsync(message);

    public Task ResyncAsync() => SendAsync(new() { Resync = new() { Reason = "test" } });

    /// <summary>Reports that what was received is enforced, or another state.</summary>
    public Task ReportAsync(Contracts.HostState state = Contracts.HostState.Realized, string reason = "", long? realized = null, params IEnumerable<Contracts.DeniedFlow> denied) => SendAsync(new()
    {
        Status = HostStatusMapping.ToWire(new()
        {
            Namespace = Facts.Namespace,
            Name = Facts.Name,
            At = DateTimeOffset.UtcNow,
            State = state,
            Reason = reason,
            Target = new(SyncedRevision),
            Realized = new(realized ?? SyncedRevision),
            PolicyDigest = Policy is null ? default : HostPolicyDigest.Of(Policy),
            KernelDigest = Digest.Of($"kernel {state}"),
            Denied = denied.ToEquatableArray(),
        }),
    });

    public Task CloseAsync() => _call.RequestStream.CompleteAsync();

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _leave.CancelAsync();
        await _reading;
        _call.Dispose();
        _leave.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var message in _call.ResponseStream.ReadAllAsync())
                Take(message);
            End = Status.DefaultSuccess;
        }
        catch (RpcException e)
        {
            End = e.Status;
        }
        catch (OperationCanceledException e)
        {
            End = new(StatusCode.Cancelled, e.Message);
        }
    }

    private void Take(ServerMessage message)
    {
        lock (_messages)
            _messages.Add(message);
        switch (message.MessageCase)
        {
            case ServerMessage.MessageOneofCase.Snapshot:
                Policy = HostPolicyMapping.FromWire(message.Snapshot, digest => _heldSets.GetValueOrDefault(digest));
                break;
            case ServerMessage.MessageOneofCase.Delta:
                Policy = HostPolicyMapping.FromWire(message.Delta).ApplyTo(Policy!);
                break;
            case ServerMessage.MessageOneofCase.InSync:
                Policy = Policy! with { Revision = new(message.InSync.Revision) };
                Assert.Equal(message.InSync.Digest, HostPolicyDigest.Of(Policy).Hex);
                Interlocked.Exchange(ref _synced, message.InSync.Revision);
                break;
        }
    }
}
