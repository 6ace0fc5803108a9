using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>The open connections: at most one for each host, the newest.</summary>
internal sealed class HostConnections
{
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

    /// <summary>Opens a connection; the one that the host had before ends.</summary>
    public HostConnection Open(HostName host)
    {
        var connection = new HostConnection(host);
        lock (_lock)
        {
            if (_open.Remove(host, out var before))
                before.Replace();
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
internal sealed class HostConnection(HostName host) : IDisposable
{
    // Commands are rare; a host that does not read them is told the newest ones only.
    private const int MostCommands = 16;

    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<Command> _commands = [];

    /// <summary>The host.</summary>
    public HostName Host { get; } = host;

    /// <summary>Set when there is something to send.</summary>
    public WakeUp Signal { get; } = new();

    /// <summary>Ends when a newer connection of the same host took this one's place.</summary>
    public Task Replaced => _replaced.Task;

    /// <summary>Ends the connection in favour of a newer one.</summary>
    public void Replace() => _replaced.TrySetResult();

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
    public void Dispose() => Signal.Dispose();
}
