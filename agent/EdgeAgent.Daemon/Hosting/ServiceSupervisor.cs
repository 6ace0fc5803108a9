using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EdgeAgent.Daemon;

/// <summary>Talks to systemd (sd_notify(3)): datagrams of lines to the socket that NOTIFY_SOCKET names. Does nothing where there is none.</summary>
internal sealed class ServiceSupervisor : IDisposable
{
    private readonly Socket? _socket;

    internal ServiceSupervisor(string? notifySocket, string? watchdogMicroseconds, string? watchdogProcess)
    {
        if (long.TryParse(watchdogMicroseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var micros) && micros > 0
            && (string.IsNullOrEmpty(watchdogProcess) || watchdogProcess == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)))
            Watchdog = TimeSpan.FromMicroseconds(micros);
        if (string.IsNullOrEmpty(notifySocket))
            return;
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            // A name that begins with '@' lies in the abstract namespace, where it begins with NUL.
            socket.Connect(new UnixDomainSocketEndPoint(notifySocket[0] == '@' ? '\0' + notifySocket[1..] : notifySocket));
            _socket = socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
        }
    }

    /// <summary>The time within which the watchdog wants to hear of us; null for no watchdog.</summary>
    internal TimeSpan? Watchdog { get; }

    /// <summary>From the process's environment.</summary>
    internal static ServiceSupervisor FromEnvironment() => new(
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET"),
        Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
        Environment.GetEnvironmentVariable("WATCHDOG_PID"));

    /// <summary>The service works.</summary>
    internal void Ready() => Send("READY=1");

    /// <summary>The service ends.</summary>
    internal void Stopping() => Send("STOPPING=1");

    /// <summary>What <c>systemctl status</c> shows.</summary>
    internal void Status(string text) => Send("STATUS=" + text.ReplaceLineEndings(" "));

    /// <summary>The service lives.</summary>
    internal void Alive() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private void Send(string line)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(line));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A supervisor that does not listen is no reason to stop enforcing.
        }
    }
}
