using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using EdgeAgent.Netlink;

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
        Environment.GetEnvironmentVariable("WATCHDOG_PID"))
    {
        KeepsDescriptors = int.TryParse(Environment.GetEnvironmentVariable("FDSTORE"), NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0,
        Kept = Listed(Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("LISTEN_FDS"), Environment.GetEnvironmentVariable("LISTEN_FDNAMES")),
    };

    /// <summary>Whether the supervisor keeps descriptors for the service while it restarts (FileDescriptorStoreMax).</summary>
    internal bool KeepsDescriptors { get; init; }

    /// <summary>The descriptors that it kept, by name (sd_listen_fds_with_names(3)).</summary>
    internal IReadOnlyDictionary<string, int> Kept { get; init; } = new Dictionary<string, int>();

    /// <summary>Gives the supervisor a descriptor to keep.</summary>
    internal void Keep(string name, SafeHandle descriptor)
    {
        try
        {
            if (_socket is not null)
                DescriptorPassing.Send(_socket.SafeHandle, Encoding.UTF8.GetBytes($"FDSTORE=1\nFDPOLL=0\nFDNAME={name}"), descriptor);
        }
        catch (Exception e) when (e is NetlinkException or ObjectDisposedException)
        {
            // Then what depends on it ends with this process.
        }
    }

    /// <summary>Ends the keeping of a descriptor.</summary>
    internal void Forget(string name) => Send($"FDSTOREREMOVE=1\nFDNAME={name}");

    /// <summary>The service works.</summary>
    internal void Ready() => Send("READY=1");

    /// <summary>The service ends.</summary>
    internal void Stopping() => Send("STOPPING=1");

    /// <summary>What <c>systemctl status</c> shows.</summary>
    internal void Status(string text) => Send("STATUS=" + text.ReplaceLineEndings(" "));

    /// <summary>The service lives.</summary>
    internal void Alive() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private static Dictionary<string, int> Listed(string? process, string? count, string? names)
    {
        const int first = 3;
        var kept = new Dictionary<string, int>(StringComparer.Ordinal);
        if (process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture) || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var descriptors))
            return kept;
        foreach (var (name, i) in (names ?? "").Split(':').Take(descriptors).Select((name, i) => (name, i)))
            kept.TryAdd(name, first + i);
        return kept;
    }

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
