using System.Net;
using EdgeAgent.Contracts;
using EdgeAgent.Daemon;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using HostFacts = EdgeAgent.Contracts.HostFacts;
using HostStatus = EdgeAgent.Wire.V1.HostStatus;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// An agent without a kernel: its own identity, TLS connection and stream, opened as the daemon opens it, and its acknowledgement of each
/// revision as soon as it is sent. It comes back after a lost connection with the daemon's own backoff.
/// </summary>
internal sealed class SimulatedAgent(int number, HostCredentials credentials, Uri controlPlane, SharedPolicies policies, FleetRecord record, bool resumption)
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly string _instance = EnrolledFleet.MachineOf(number);
    private AsyncDuplexStreamingCall<AgentMessage, ServerMessage>? _call;
    private CancellationTokenSource? _cut;
    private volatile bool _isCut;
    private string _held = "";
    private long _revision;

    /// <summary>Stays connected until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(Random.Shared.NextDouble);
        while (!stopping.IsCancellationRequested)
        {
            var joined = false;
            try
            {
                using var cut = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                _cut = cut;
                var tls = credentials.Trust().ToOptions();
                tls.AllowTlsResume = resumption;
                using var channel = ControlPlaneChannel.Open(new(controlPlane, [IpAddress.Parse(IPAddress.Loopback.ToString())], isOneOfSeveral: false), tls);
                await ServeAsync(new(channel), backoff, () => joined = true, cut.Token);
            }
            catch (Exception) when (stopping.IsCancellationRequested || _isCut)
            {
                _isCut = false;
            }
            catch (RpcException e)
            {
                record.Failed($"{e.StatusCode}: {e.Status.Detail}");
            }
            catch (Exception e)
            {
                record.Failed($"{e.GetType().Name}: {e.Message}");
            }
            finally
            {
                (_cut, _call) = (null, null);
                if (joined)
                    record.Left();
            }

            await Task.Delay(backoff.Next(), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Cuts the connection.</summary>
    public void Cut()
    {
        try
        {
            _isCut = true;
            _cut?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was lost at this moment.
        }
    }

    /// <summary>Sends the status once more; false where it is not connected.</summary>
    public async Task<bool> ReportAsync()
    {
        try
        {
            if (_call is not { } call || _revision == 0)
                return false;
            await SendAsync(call, new() { Status = Status() });
            return true;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task ServeAsync(AgentService.AgentServiceClient client, Backoff backoff, Action joined, CancellationToken stopping)
    {
        using var call = client.Connect(cancellationToken: stopping);
        await call.RequestStream.WriteAsync(new() { Hello = Hello() }, stopping);
        var isIn = false;
        while (await call.ResponseStream.MoveNext(stopping))
        {
            var message = call.ResponseStream.Current;
            switch (message.MessageCase)
            {
                case ServerMessage.MessageOneofCase.Welcome:
                    backoff.Reset();
                    break;
                case ServerMessage.MessageOneofCase.Snapshot:
                    _held = policies.Accept(message.Snapshot);
                    break;
                case ServerMessage.MessageOneofCase.Delta:
                    _held = policies.Accept(message.Delta, _held);
                    break;
                case ServerMessage.MessageOneofCase.InSync:
                    if (message.InSync.Digest != _held)
                        throw new InvalidOperationException($"in sync with {message.InSync.Digest}, but the agent holds {_held}");
                    _revision = message.InSync.Revision;
                    await SendAsync(call, new() { Status = Status() });
                    record.Acknowledged(number, _revision);
                    if (isIn)
                        break;
                    isIn = true;
                    _call = call;
                    joined();
                    record.Joined();
                    break;
                case ServerMessage.MessageOneofCase.Command when message.Command.SendRuleset is { } asked:
                    // The policy may have changed since; then there is nothing to show.
                    if (_held.Length > 0 && policies[_held].Kernel is var kernel && kernel.Digest == asked.Digest)
                        await SendAsync(call, new() { Ruleset = new() { Digest = kernel.Digest, Proof = kernel.Proof } });
                    break;
                case ServerMessage.MessageOneofCase.Command when message.Command.ShowYourself is not null:
                    await SendAsync(call, new() { Status = Status() });
                    break;
            }
        }
    }

    private async Task SendAsync(AsyncDuplexStreamingCall<AgentMessage, ServerMessage> call, AgentMessage message)
    {
        await _writing.WaitAsync();
        try
        {
            await call.RequestStream.WriteAsync(message);
        }
        finally
        {
            _writing.Release();
        }
    }

    private Hello Hello()
    {
        var hello = new Hello { Facts = HostFactsMapping.ToWire(Facts()), Instance = _instance, Revision = _revision, Digest = _held };
        if (_held.Length > 0)
            hello.SetDigests.AddRange(policies[_held].Policy.Sets.Values.Select(set => set.Digest.Hex).Distinct());
        return hello;
    }

    private HostFacts Facts() => new()
    {
        Namespace = EnrolledFleet.Namespace,
        Name = EnrolledFleet.NameOf(number),
        Addresses = [new(IpFamily.V4, (UInt128)(0x0a000001u + (uint)number))],
        MachineId = EnrolledFleet.MachineOf(number),
        AgentVersion = "0.1.0",
        Kernel = "6.1.0-18-amd64",
        Backend = "nftables",
    };

    // What a host with a small policy says.
    private HostStatus Status()
    {
        var held = policies[_held];
        var status = new HostStatus
        {
            Namespace = EnrolledFleet.Namespace,
            Name = EnrolledFleet.NameOf(number),
            At = DateTimeOffset.UtcNow.ToTimestamp(),
            MachineId = EnrolledFleet.MachineOf(number),
            AgentVersion = "0.1.0",
            Kernel = "6.1.0-18-amd64",
            Backend = "nftables",
            State = Wire.V1.HostState.Realized,
            TargetRevision = _revision,
            RealizedRevision = _revision,
            PolicyDigest = _held,
            KernelDigest = held.Kernel.Digest,
            Rules = 40,
            Sets = held.Policy.Sets.Count,
            Elements = 100,
            CompileTime = Duration.FromTimeSpan(TimeSpan.FromMicroseconds(120)),
            EncodeTime = Duration.FromTimeSpan(TimeSpan.FromMicroseconds(40)),
            KernelTime = Duration.FromTimeSpan(TimeSpan.FromMicroseconds(900)),
            ConntrackCount = 200 + number,
            ConntrackMax = 262_144,
            CpuTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(12)),
            MemoryBytes = 48 << 20,
        };
        status.AlwaysOpen.AddRange(["ssh: in TCP/22 from anywhere", "dhcp-in: in UDP/68 from anywhere", "dhcp-out: out UDP/67 to anywhere", "dns: out UDP/53 to anywhere", "ntp: out UDP/123 to anywhere", $"control-plane: out TCP/{controlPlane.Port} to 127.0.0.1"]);
        status.Counters.Add(new Wire.V1.PolicyCounter { Counter = "load/all.in", Packets = 1000, Bytes = 100_000 });
        return status;
    }
}
