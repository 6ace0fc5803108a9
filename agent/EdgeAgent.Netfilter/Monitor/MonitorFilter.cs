using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// The program that decides in the kernel which notifications reach the monitor: the end of every commit, and everything that was not
/// done over our own socket; so the elements of our own bulk loads are never queued. It cannot look for our table's name: the kernel
/// packs many notifications of one commit into one datagram, and the program sees the first.
/// </summary>
internal static class MonitorFilter
{
    private const uint TypeOffset = 4, PortOffset = 12;

    /// <param name="ownPort">The port of the socket whose changes are not of interest; 0 for none.</param>
    internal static SocketFilter[] Program(uint ownPort) => ownPort == 0
        ? [SocketFilter.Accept]
        :
        [
            SocketFilter.LoadHalf(TypeOffset),
            SocketFilter.JumpIfEqual(SocketFilter.AsLoaded(TableMessage.NewGeneration), 2, 0),
            SocketFilter.LoadWord(PortOffset),
            SocketFilter.JumpIfEqual(SocketFilter.AsLoaded(ownPort), 1, 0),
            SocketFilter.Accept,
            SocketFilter.Reject,
        ];
}
