using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>The open connections: at most one for each host, the newest.</summary>
internal sealed class HostConnections
{
    // A living agent answers within a round trip; a dead one is noticed by the transport, but later.
    private static readonly TimeSpan ProofOfLife = TimeSpan.FromSeconds(3);

    // A renewal is two handshakes and a row of the store.
    private const double RenewalsPerSecond = 50;

    private readonly Lock _lock = new();
    private readonly Dictionary<HostName, HostConnection> _open = [];

    /// <summary>How many hosts are connected.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    /// <summary>
    /// Whether another machine is connected as a host, and lives: a second one that comes with the same identity is a copy of it, or it
    /// is the copy. A machine that comes again, after its old connection broke unseen, is no copy of itself.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="instance">The run of the agent that comes.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<bool> IsElsewhereAsync(HostName host, string instance, CancellationToken cancel)
    {
        Task heard, gone;
        lock (_lock)
        {
            if (!_open.TryGetValue(host, out var present) || present.Instance == instance)
                return false;
            (heard, gone) = (present.NextHeard, present.Gone);
            present.Enqueue(new Command { ShowYourself = new() });
        }

        return await Task.WhenAny(heard, gone, Task.Delay(ProofOfLife, cancel)) == heard;
    }

    /// <summary>Opens a connection; the one that the host had before ends.</summary>
    public HostConnection Open(HostName host, string instance, Digest authority = default)
    {
        var connection = new HostConnection(host, instance, authority);
        lock (_lock)
        {
            if (_open.Remove(host, out var before))
                before.End(new(StatusCode.Aborted, $"a newer connection of host {host} took the place of this one"));
            _open.Add(host, connection);
        }

        return connection;
    }

    /// <summary>Closes a connection; true if it was the host's newest, so that the host has none now.</summary>
    public bool Close(HostConnection connection)
    {
        lock (_lock)
            return _open.TryGetValue(connection.Host, out var open) && open == connection && _open.Remove(connection.Host);
    }

    /// <summary>Ends a host's connection; false if it has none.</summary>
    public bool End(HostName host, Status reason)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(host, out var connection))
                return false;
            connection.End(reason);
            return true;
        }
    }

    /// <summary>Asks all hosts for their next certificate, but for those whose authority is not in use any more: their connections end.</summary>
    /// <param name="isInUse">Whether an authority is.</param>
    /// <param name="reason">What those are told.</param>
    public void RenewAll(Func<Digest, bool> isInUse, Status reason)
    {
        lock (_lock)
        {
            foreach (var connection in _open.Values)
            {
                if (isInUse(connection.Authority))
                    connection.Enqueue(Renewal());
                else
                    connection.End(reason);
            }
        }
    }

    /// <summary>Asks a host for its next certificate, at a moment of its choice in a span that is so long that all hosts together are no storm.</summary>
    public Command Renewal() => new() { RenewCertificate = new() { Within = Duration.FromTimeSpan(TimeSpan.FromSeconds(Count / RenewalsPerSecond)) } };

    /// <summary>Sends a command to a host; false if it is not connected.</summary>
    public bool Send(HostName host, Command command)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(host, out var connection))
                return false;
            connection.Enqueue(command);
            return true;
        }
    }
}

/// <summary>What other parts of the server may do to one open connection.</summary>
internal sealed class HostConnection(HostName host, string instance, Digest authority) : IDisposable
{
    // Commands are rare; a host that does not read them is told the newest ones only.
    private const int MostCommands = 16;

    private readonly TaskCompletionSource<Status> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<Command> _commands = [];
    private TaskCompletionSource? _heard;

    /// <summary>The host.</summary>
    public HostName Host { get; } = host;

    /// <summary>The run of the agent at the other end, as it says; empty for one that does not say.</summary>
    public string Instance { get; } = instance;

    /// <summary>The pin of the embedded authority that issued the certificate at the other end; none for none.</summary>
    public Digest Authority { get; } = authority;

    /// <summary>Ends with the next message from the host.</summary>
    public Task NextHeard
    {
        get
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _heard, mine, null) ?? mine).Task;
        }
    }

    /// <summary>Ends with the connection.</summary>
    public Task Gone => _gone.Task;

    /// <summary>The host said something. Hosts do so all the time, and hardly ever does anybody wait for it.</summary>
    public void Heard()
    {
        if (Volatile.Read(ref _heard) is not null)
            Interlocked.Exchange(ref _heard, null)?.TrySetResult();
    }

    /// <summary>Set when there is something to send.</summary>
    public WakeUp Signal { get; } = new();

    /// <summary>Ends when the server wants the connection to end, with what the host is told.</summary>
    public Task<Status> Ended => _ended.Task;

    /// <summary>Ends the connection.</summary>
    public void End(Status reason) => _ended.TrySetResult(reason);

    /// <summary>Adds a command to what is to be sent.</summary>
    public void Enqueue(Command command)
    {
        lock (_commands)
        {
            _commands.Enqueue(command);
            if (_commands.Count > MostCommands)
                _commands.Dequeue();
        }

        Signal.Set();
    }

    /// <summary>The next command to send, or null.</summary>
    public Command? NextCommand()
    {
        lock (_commands)
            return _commands.TryDequeue(out var command) ? command : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.TrySetResult();
        Signal.Dispose();
    }
}
