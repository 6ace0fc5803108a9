using System.Diagnostics;
using System.Runtime.CompilerServices;
using EdgeAgent.Contracts;
using EdgeAgent.Daemon;
using EdgeAgent.Testing;
using EdgeAgent.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// The running core of an agent in a namespace of its own: inbox, reducer, worker, kernel, disk, reports. What is left out is the socket
/// that deltas come from: they are given as the messages that the stream's reader gets.
/// </summary>
internal sealed class AgentUnderTest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestNamespace _place = new("bench");
    private readonly ScratchDirectory _files = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly EventQueue _events = new(TimeProvider.System);
    private readonly AcknowledgedFirewall _firewall;
    private readonly List<IDisposable> _parts = [];
    private readonly Agent _agent;
    private readonly Reporter _reporter;
    private readonly PolicyInbox _inbox;
    private HostPolicy _policy;

    public AgentUnderTest(HostPolicy policy)
    {
        _policy = policy;
        var options = new AgentOptions { ControlPlanes = [new("http://127.0.0.1:1")], Name = "bench", StateDirectory = _files.Path, Insecure = true };
        var directory = StateDirectory.Create(_files.Path);
        var files = new DurableFiles();
        var (cache, notes) = (new PolicyCache(directory, files), new StateNotes(directory, files));
        _firewall = new(new NftablesFirewall(_place.Path, TableOwnership.None));
        var backend = Keep(new TableKeeper<NftablesContent>(_firewall));
        var readings = Keep(new KernelReadings(Backends.OpenReadings(BackendKind.Nftables, _place.Path), _place.Path));
        var names = Keep(new NameWatch(options, new(directory, files), new(_place.Path), _events, NullLogger<NameWatch>.Instance));
        _reporter = Keep(new Reporter(options, directory, files, readings, new(), new(options, new HostIdentity(options), BackendKind.Nftables.Name()), new(), ServiceSupervisor.FromEnvironment(), names, _events, NullLogger<Reporter>.Instance));
        var worker = new KernelWorker(backend, new(BackendKind.Nftables, "", ""), Keep(new FlowCutter(true, _place.Path)), Keep(new FlowAdopter(_place.Path)), new Preflight(_place.Path, new TranslatedChannel(new(_place.Path))), cache, notes, directory, new(_place.Path), _events, NullLogger<KernelWorker>.Instance);
        var trust = new PolicyTrust(options, new(options), directory);
        _agent = Keep(new Agent(options, new(), _events, worker, cache, notes, _reporter, names, trust, NullLogger<Agent>.Instance));
        Start();

        var first = PolicyVersion.Of(policy);
        _inbox = new(first, trust);
        _events.Post(new PolicyReceived(_events.Now, first));
        Until(first.Digest);
    }

    /// <summary>What the agent says of the last change: microseconds of planning, encoding and the kernel.</summary>
    public (double Plan, double Encode, double Kernel) Last =>
        (_agent.State.ApplyTime.Compile.TotalMicroseconds, _agent.State.ApplyTime.Encode.TotalMicroseconds, _agent.State.ApplyTime.Kernel.TotalMicroseconds);

    /// <summary>Sends a change as a delta; the microseconds from the parsed message to the kernel's acknowledgement.</summary>
    public double Change(Func<HostPolicy, HostPolicy> change)
    {
        var next = change(_policy);
        var delta = HostPolicyMapping.ToWire(HostPolicyDelta.Between(_policy, next));
        _policy = next;
        var received = Stopwatch.GetTimestamp();
        _inbox.Accept(delta);
        var arrived = (PolicyArrived)_inbox.Accept(new Wire.V1.InSync { Revision = delta.Revision, Digest = delta.Digest });
        _events.Post(new PolicyReceived(_events.Now, arrived.Policy));
        Until(arrived.Policy.Digest);
        return Stopwatch.GetElapsedTime(received, _firewall.Acknowledged).TotalMicroseconds;
    }

    public void Dispose()
    {
        _ended.Cancel();
        _agent.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        _reporter.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        foreach (var part in _parts)
            part.Dispose();
        _ended.Dispose();
        _files.Dispose();
        _place.Dispose();
    }

    private void Start()
    {
        _reporter.StartAsync(_ended.Token).GetAwaiter().GetResult();
        _agent.StartAsync(_ended.Token).GetAwaiter().GetResult();
    }

    private T Keep<T>(T part)
        where T : IDisposable
    {
        _parts.Add(part);
        return part;
    }

    /// <summary>Waits until the kernel is proven to hold a policy and the disk has it, so that the next change meets an idle agent.</summary>
    private void Until(Digest policy)
    {
        var started = Stopwatch.GetTimestamp();
        while (_agent.State is not { Running: null, Held: { } held } || held.Policy.Digest != policy)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"the agent holds {_agent.State.Held?.Policy} and not {policy.Short}: {_agent.State.Standing.Reason}");
            Thread.SpinWait(200);
        }
    }

    /// <summary>Notes when the kernel acknowledged an update.</summary>
    private sealed class AcknowledgedFirewall(NftablesFirewall firewall) : IFirewall<NftablesContent>
    {
        /// <summary>The time of the last acknowledgement.</summary>
        public long Acknowledged { get; private set; }

        public BackendKind Kind => firewall.Kind;

        public string Place => firewall.Place;

        public bool DropsCutFlows => firewall.DropsCutFlows;

        public NftablesContent Compile(Enforcement enforcement, NftablesContent? held) => firewall.Compile(enforcement, held);

        public HeldContent<NftablesContent> Read() => firewall.Read();

        public ulong ReadMark() => firewall.ReadMark();

        public FirewallUpdate Update(HeldContent<NftablesContent> held, NftablesContent desired)
        {
            var update = firewall.Update(held, desired);
            Acknowledged = Stopwatch.GetTimestamp();
            return update;
        }

        public FirewallStep<NftablesContent>? TryFollow(NftablesContent held, Enforcement from, Enforcement to, ulong mark)
        {
            var step = firewall.TryFollow(held, from, to, mark);
            Acknowledged = Stopwatch.GetTimestamp();
            return step;
        }

        public void Remove() => firewall.Remove();

        public void Release() => firewall.Release();

        public ContentSummary Summarize(NftablesContent content) => firewall.Summarize(content);

        public string ProofText(NftablesContent content) => firewall.ProofText(content);

        public string Text(NftablesContent content) => firewall.Text(content);

        public async IAsyncEnumerable<Culprit> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var culprit in firewall.WatchAsync(cancellation).ConfigureAwait(false))
                yield return culprit;
        }

        public void Dispose() => firewall.Dispose();
    }
}
