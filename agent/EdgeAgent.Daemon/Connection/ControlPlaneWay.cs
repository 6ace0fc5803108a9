using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>The way to one control plane.</summary>
/// <param name="controlPlane">The control plane.</param>
/// <param name="addresses">Its addresses.</param>
/// <param name="isOneOfSeveral">Whether there are others to try, so that nobody waits long for this one.</param>
internal sealed class ControlPlaneWay(Uri controlPlane, EquatableArray<IpAddress> addresses, bool isOneOfSeveral)
{
    // A control plane that a whole fleet comes back to makes handshakes one after the other; whoever gives up begins at the end of the line.
    private static readonly TimeSpan ForOnlyOne = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ForOneAddress = TimeSpan.FromSeconds(1.5);

    /// <summary>The control plane.</summary>
    internal Uri ControlPlane { get; } = controlPlane;

    /// <summary>Its addresses.</summary>
    internal EquatableArray<IpAddress> Addresses { get; } = addresses;

    /// <summary>The longest that connecting may take, over all addresses, with the handshake.</summary>
    internal TimeSpan Patience => isOneOfSeveral ? Short : Addresses.Count > 1 ? Long : ForOnlyOne;

    /// <summary>
    /// Connects to one of the addresses: each control plane behind a name gets its share of the hosts, and those of one that is gone.
    /// </summary>
    internal async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        Exception? last = null;
        var order = Addresses.ToArray();
        Random.Shared.Shuffle(order);
        for (var i = 0; i < order.Length; i++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(i < order.Length - 1 ? ForOneAddress : Long);
            var endpoint = new IPEndPoint(IPAddress.Parse(order[i].ToString()), ControlPlane.Port);
            var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endpoint, patience.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                socket.Dispose();
                last = e is SocketException ? e : new SocketException((int)SocketError.TimedOut);
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
