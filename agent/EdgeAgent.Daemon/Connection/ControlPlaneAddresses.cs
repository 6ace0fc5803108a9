using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>The addresses behind the control plane's name, which are always open.</summary>
internal sealed class ControlPlaneAddresses(Uri controlPlane)
{
    /// <summary>The addresses now, sorted.</summary>
    /// <exception cref="SocketException">The name cannot be resolved.</exception>
    internal async Task<EquatableArray<IpAddress>> ResolveAsync(CancellationToken cancellation)
    {
        if (Literal() is { } literal)
            return [literal];
        var resolved = await Dns.GetHostAddressesAsync(controlPlane.DnsSafeHost, cancellation).ConfigureAwait(false);
        return resolved.Select(address => IpAddress.FromBytes(address.GetAddressBytes())).Distinct().Order().ToEquatableArray();
    }

    /// <summary>The address, where the control plane is given by one.</summary>
    internal IpAddress? Literal() => IpAddress.TryParse(controlPlane.DnsSafeHost, out var address) ? address : null;

    /// <summary>
    /// Connects to one of the addresses: each control plane behind a name gets its share of the hosts, and those of one that is gone.
    /// </summary>
    internal async ValueTask<Stream> ConnectAsync(EquatableArray<IpAddress> addresses, CancellationToken cancellation)
    {
        Exception? last = null;
        var order = addresses.ToArray();
        Random.Shared.Shuffle(order);
        foreach (var address in order)
        {
            var endpoint = new IPEndPoint(IPAddress.Parse(address.ToString()), controlPlane.Port);
            var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }
}
