using System.Buffers.Binary;
using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>
/// The host's open TCP connections in the direction that each was opened in: towards the host if it listens on the local port, else from it.
/// </summary>
public static class EstablishedSockets
{
    private const string Listens = "0A";

    // Established, both kinds of waiting for the other side's end, and waiting for our own (include/net/tcp_states.h).
    private static readonly HashSet<string> Open = ["01", "04", "05", "08"];

    /// <summary>Reads them.</summary>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    public static IReadOnlyList<FlowTuple> Read(string? networkNamespace = null) => NetworkNamespace.Run(networkNamespace, () =>
        Parse([.. Lines("/proc/thread-self/net/tcp"), .. Lines("/proc/thread-self/net/tcp6")]));

    /// <summary>The TCP ports that the host listens on.</summary>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    public static IReadOnlySet<ushort> Listening(string? networkNamespace = null) => NetworkNamespace.Run(networkNamespace, () =>
        ListeningPorts([.. Head("/proc/thread-self/net/tcp"), .. Head("/proc/thread-self/net/tcp6")]));

    /// <summary>From the lines of <c>/proc/net/tcp</c> and <c>tcp6</c>; what is no connection is left out.</summary>
    public static IReadOnlyList<FlowTuple> Parse(IReadOnlyCollection<string> lines)
    {
        var rows = Rows(lines);
        var listening = ListeningPorts(lines);
        var flows = new List<FlowTuple>();
        foreach (var row in rows.Where(row => Open.Contains(row[3])))
        {
            if (Endpoint(row[1]) is not { } local || Endpoint(row[2]) is not { } remote || local.Address.Family != remote.Address.Family)
                continue;
            var outbound = new FlowTuple { Source = local.Address, Destination = remote.Address, Protocol = IpProtocol.Tcp, SourcePort = local.Port, DestinationPort = remote.Port };
            flows.Add(listening.Contains(local.Port) ? outbound.Mirrored : outbound);
        }

        return flows;
    }

    private static HashSet<ushort> ListeningPorts(IEnumerable<string> lines) =>
        Rows(lines).Where(row => row[3] == Listens).Select(row => Endpoint(row[1])?.Port).OfType<ushort>().ToHashSet();

    private static List<string[]> Rows(IEnumerable<string> lines) =>
        lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(row => row.Length > 3).ToList();

    // The kernel prints listening sockets before all others, of which there may be a hundred thousand.
    private static List<string> Head(string path)
    {
        try
        {
            return File.ReadLines(path).Skip(1).TakeWhile(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, Listens, ..]).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // An address is printed as 32-bit words in the host's byte order, each as a number.
    private static (IpAddress Address, ushort Port)? Endpoint(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port))
            return null;
        var bytes = new byte[colon / 2];
        for (var i = 0; i < bytes.Length; i += 4)
        {
            if (!uint.TryParse(text.AsSpan(i * 2, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var word))
                return null;
            if (BitConverter.IsLittleEndian)
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i), word);
            else
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i), word);
        }

        var address = IpAddress.FromBytes(bytes);

        // A socket for both families shows an IPv4 peer as a mapped address; on the wire it is IPv4 (RFC 4291, 2.5.5.2).
        return (address.Family == IpFamily.V6 && address.Bits >> 32 == 0xffff ? new(IpFamily.V4, address.Bits & uint.MaxValue) : address, port);
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
