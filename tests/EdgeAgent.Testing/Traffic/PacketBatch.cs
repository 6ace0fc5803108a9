using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Packets of one family in memory that the kernel reads from, and the raw socket of one namespace that sends them.</summary>
internal sealed unsafe class PacketBatch : IDisposable
{
    private const int NotPermitted = 1, NoBuffers = 105, Interrupted = 4;

    private readonly Socket _socket;
    private readonly byte[] _bytes;
    private readonly byte[] _targets;
    private readonly NativeSending.Vector[] _vectors;
    private readonly NativeSending.Message[] _messages;

    internal PacketBatch(TestNamespace from, IpFamily family, IReadOnlyList<Packet> packets)
    {
        var wire = packets.Select(PacketBytes.Of).ToList();
        // struct sockaddr_in and sockaddr_in6: family, port 0, then the address after 2 or 6 more bytes.
        var (name, at, header) = family == IpFamily.V4 ? (16, 4, 16) : (28, 8, 24);
        var addressFamily = family == IpFamily.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        _bytes = GC.AllocateArray<byte>(wire.Sum(static bytes => bytes.Length), pinned: true);
        _targets = GC.AllocateArray<byte>(wire.Count * name, pinned: true);
        _vectors = GC.AllocateArray<NativeSending.Vector>(wire.Count, pinned: true);
        _messages = GC.AllocateArray<NativeSending.Message>(wire.Count, pinned: true);
        var offset = 0;
        for (var i = 0; i < wire.Count; i++)
        {
            wire[i].CopyTo(_bytes, offset);
            BinaryPrimitives.WriteUInt16LittleEndian(_targets.AsSpan(i * name), (ushort)(family == IpFamily.V4 ? 2 : 10));
            wire[i].AsSpan(header, family == IpFamily.V4 ? 4 : 16).CopyTo(_targets.AsSpan((i * name) + at));
            _vectors[i] = new() { Base = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, offset), Length = wire[i].Length };
            _messages[i].Header = new()
            {
                Name = Marshal.UnsafeAddrOfPinnedArrayElement(_targets, i * name),
                NameLength = (uint)name,
                Vectors = Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, i),
                VectorCount = 1,
            };
            offset += wire[i].Length;
        }

        _socket = from.Run(() => new Socket(addressFamily, SocketType.Raw, ProtocolType.Raw));
    }

    internal int Count => _messages.Length;

    /// <summary>Sends packets, beginning with one of the batch and not beyond its end.</summary>
    /// <returns>How many are done with: a packet that a rule refuses at once is, too.</returns>
    /// <exception cref="SocketException">The kernel cannot send it.</exception>
    internal int Send(int first, int count)
    {
        fixed (NativeSending.Message* messages = &_messages[first])
        {
            var sent = NativeSending.SendMany(_socket.SafeHandle, messages, (uint)Math.Min(count, Count - first), 0);
            if (sent >= 0)
                return sent;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            NotPermitted => 1,
            NoBuffers or Interrupted => 0,
            var error => throw new SocketException(error),
        };
    }

    public void Dispose() => _socket.Dispose();
}
