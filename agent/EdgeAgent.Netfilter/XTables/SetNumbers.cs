using System.Runtime.InteropServices;
using System.Text;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// The kernel's numbers of address sets, by which rules refer to them (the socket option SO_IP_SET, which every kernel with ipset has).
/// </summary>
internal sealed class SetNumbers : IDisposable
{
    private const int Option = 83, ByName = 6, ByNumber = 7, Version = 6, RequestLength = 40, NameAt = 8;
    private const ushort NoSet = ushort.MaxValue;

    private readonly OptionSocket _socket;

    internal SetNumbers(string? networkNamespace) => _socket = OptionSocket.Open(EntryLayout.V4.SocketFamily, networkNamespace);

    /// <summary>The number of a set.</summary>
    /// <exception cref="NetlinkException">ENOENT: there is none of that name.</exception>
    internal ushort Of(string name)
    {
        var request = Request(ByName);
        Encoding.ASCII.GetBytes(name, request.AsSpan(NameAt, RequestLength - NameAt - 1));
        _socket.Get($"find set {name}", EntryLayout.V4.SocketLevel, Option, request);
        var number = MemoryMarshal.Read<ushort>(request.AsSpan(NameAt));
        return number != NoSet ? number : throw new NetlinkException($"find set {name}", Errno.ENOENT);
    }

    /// <summary>The name of a set; null for a number that no set has.</summary>
    internal string? NameOf(ushort number)
    {
        var request = Request(ByNumber);
        MemoryMarshal.Write(request.AsSpan(NameAt), number);
        try
        {
            _socket.Get($"find set number {number}", EntryLayout.V4.SocketLevel, Option, request);
        }
        catch (NetlinkException e) when (e.Errno is Errno.ENOENT or Errno.EINVAL)
        {
            return null;
        }

        return TableEntry.Text(request.AsSpan(NameAt)) is { Length: > 0 } name ? name : null;
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Request(int operation)
    {
        var request = new byte[RequestLength];
        MemoryMarshal.Write(request, (uint)operation);
        MemoryMarshal.Write(request.AsSpan(4), (uint)Version);
        return request;
    }
}
