using System.Globalization;
using System.Net;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// What resolv.conf(5) says: whom to ask, and how patiently. Search lists are not used, since names in policies are absolute. Lines that
/// make no sense are passed over, as the C library does.
/// </summary>
/// <param name="Servers">The name servers, in order.</param>
/// <param name="Timeout">How long one server is waited for.</param>
/// <param name="Attempts">How often all servers are asked.</param>
public sealed record ResolverFile(EquatableArray<IPAddress> Servers, TimeSpan Timeout, int Attempts)
{
    /// <summary>The port of name servers.</summary>
    public const ushort Port = 53;

    private const int MostServers = 8, LongestTimeout = 30, MostAttempts = 5;

    /// <summary>The servers that a packet filter stands between: not those of the host itself.</summary>
    public EquatableArray<IpAddress> Elsewhere => Servers
        .Where(server => !IPAddress.IsLoopback(server))
        .Select(server => IpAddress.FromBytes(server.GetAddressBytes()))
        .Distinct().Order().ToEquatableArray();

    /// <summary>Reads the text of the file; empty for none.</summary>
    public static ResolverFile Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var servers = new List<IPAddress>();
        var (timeout, attempts) = (5, 2);
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && servers.Count < MostServers && IPAddress.TryParse(address, out var server))
                servers.Add(server.IsIPv4MappedToIPv6 ? server.MapToIPv4() : server);
            else if (words is ["options", .. var options])
                (timeout, attempts) = (Option(options, "timeout", LongestTimeout) ?? timeout, Option(options, "attempts", MostAttempts) ?? attempts);
        }

        return new(servers.Count == 0 ? [IPAddress.Loopback] : servers.Distinct().ToEquatableArray(), TimeSpan.FromSeconds(timeout), attempts);
    }

    private static int? Option(string[] options, string name, int most)
    {
        foreach (var option in options)
        {
            if (option.StartsWith(name + ':', StringComparison.Ordinal) && int.TryParse(option.AsSpan(name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return Math.Clamp(number, 1, most);
        }

        return null;
    }
}
