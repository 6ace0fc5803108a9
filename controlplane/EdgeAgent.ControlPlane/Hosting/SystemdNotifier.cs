using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>Tells systemd where the process stands (sd_notify(3)); does nothing where systemd did not ask.</summary>
internal sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? _socket;

    /// <summary>Connects to the socket that systemd names, if it names one.</summary>
    public SystemdNotifier(string? socketPath, string? watchdogMicroseconds)
    {
        if (string.IsNullOrEmpty(socketPath))
            return;
        _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        _socket.Connect(new UnixDomainSocketEndPoint(socketPath[0] == '@' ? '\0' + socketPath[1..] : socketPath));
        if (long.TryParse(watchdogMicroseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0)
            WatchdogInterval = TimeSpan.FromMicroseconds(microseconds) / 2;
    }

    /// <summary>How often to say that the process lives: half of what systemd waits; null where it does not watch.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>A notifier as the environment asks for it.</summary>
    public static SystemdNotifier FromEnvironment() =>
        new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), Environment.GetEnvironmentVariable("WATCHDOG_USEC"));

    /// <summary>Sends a state, such as <c>READY=1</c>.</summary>
    public void Send(string state)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // systemd is gone or busy: the watchdog decides what that means, not we.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();
}
