using System.Net.Sockets;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>
/// Whether our table belongs to one socket, so that nobody else can change it (flags owner and persist, Linux 6.9). The table outlives
/// the socket; a supervisor that keeps the socket keeps the table closed to others over a restart.
/// </summary>
internal sealed class TableOwnership
{
    private const string SocketName = "nftables";

    private readonly ServiceSupervisor? _supervisor;
    private SafeSocketHandle? _kept;

    private TableOwnership(bool isWanted, ServiceSupervisor? supervisor = null, SafeSocketHandle? kept = null) => (IsWanted, _supervisor, _kept) = (isWanted, supervisor, kept);

    /// <summary>Anybody may change the table.</summary>
    internal static TableOwnership None { get; } = new(false);

    /// <summary>Whether the table is to be ours alone.</summary>
    internal bool IsWanted { get; }

    /// <summary>Decides: <c>on</c> where the kernel can; <c>auto</c> only where besides a supervisor keeps the socket.</summary>
    internal static TableOwnership Of(string option, ServiceSupervisor supervisor, string? networkNamespace, ILogger log)
    {
        var kept = supervisor.Kept.TryGetValue(SocketName, out var descriptor) ? new SafeSocketHandle(descriptor, ownsHandle: true) : null;
        var isWanted = option == "on" || (option == "auto" && supervisor.KeepsDescriptors);
        if (isWanted && !KernelFeatures.Probe(networkNamespace).OwnedTables)
        {
            isWanted = false;
            if (option == "on")
                AgentLog.Warning(log, "owner is on, but this kernel has no tables that belong to a socket and outlive it (Linux 6.9); others can change ours, and that is undone");
        }

        if (isWanted)
            return new(true, supervisor, kept);
        if (kept is not null)
        {
            // Closed everywhere, the table belongs to nobody.
            kept.Dispose();
            supervisor.Forget(SocketName);
        }

        return None;
    }

    /// <summary>The socket to change the table by: the one that was kept, or a new one that is kept from now on.</summary>
    internal NetfilterKernel Open(string? networkNamespace)
    {
        if (_kept is { } kept)
        {
            _kept = null;
            return new(NetlinkSocket.Adopt(kept));
        }

        var kernel = new NetfilterKernel(networkNamespace);
        if (IsWanted)
            _supervisor?.Keep(SocketName, kernel.Socket.Handle);
        return kernel;
    }

    /// <summary>The socket is about to be closed for good.</summary>
    internal void Release()
    {
        if (IsWanted)
            _supervisor?.Forget(SocketName);
    }
}
