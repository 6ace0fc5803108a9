using System.Runtime.InteropServices;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netlink.Tests;

/// <summary>Against the route family of this machine's kernel, read-only.</summary>
public sealed class NetlinkSocketTests
{
    private const ushort GetLink = 18, NewLink = 16;
    private const int InterfaceHeader = 16;
    private const ushort InterfaceName = 3;

    private static MessageBuffer LinkRequest(MessageFlags flags, int index)
    {
        var buffer = new MessageBuffer();
        using var message = buffer.Begin(GetLink, flags, 0);
        MemoryMarshal.Write(message.Fixed(InterfaceHeader)[4..], index);
        return buffer;
    }

    private static List<string> Names(NetlinkConnection connection, MessageBuffer request) =>
        connection.Request("list links", request, static () => new List<string>(), static (message, names) =>
        {
            if (message.Type != NewLink)
                return;
            var attributes = message.Attributes(InterfaceHeader);
            while (attributes.MoveNext())
            {
                if (attributes.Type == InterfaceName)
                    names.Add(attributes.AsString());
            }
        });

    [Fact]
    public void A_dump_lists_the_loopback()
    {
        using var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Route, new() { StrictCheck = true }));
        using var request = LinkRequest(MessageFlags.Dump, 0);
        Assert.Contains("lo", Names(connection, request));
        Assert.Contains("lo", Names(connection, request));
    }

    [Fact]
    public void A_single_get_answers_once()
    {
        using var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Route));
        using var request = LinkRequest(MessageFlags.Request, 1);
        Assert.Equal(["lo"], Names(connection, request));
    }

    [Fact]
    public void A_refusal_names_the_operation_and_the_number()
    {
        using var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Route));
        using var request = LinkRequest(MessageFlags.Request, int.MaxValue);
        var error = Assert.Throws<NetlinkException>(() => Names(connection, request));
        Assert.Equal(("list links", Errno.ENODEV), (error.Operation, error.Errno));
    }

    [Fact]
    public void After_a_handler_threw_the_connection_still_answers()
    {
        using var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Route));
        using var request = LinkRequest(MessageFlags.Dump, 0);
        Assert.Throws<FormatException>(() => connection.Request("list links", request, static () => 0, static (_, _) => throw new FormatException()));
        Assert.Contains("lo", Names(connection, request));
    }

    [Fact]
    public void Two_sockets_have_two_ports()
    {
        using var one = NetlinkSocket.Open(NetlinkProtocol.Route);
        using var other = NetlinkSocket.Open(NetlinkProtocol.Route);
        Assert.NotEqual(0u, one.PortId);
        Assert.NotEqual(one.PortId, other.PortId);
    }

    [Fact]
    public void A_namespace_that_is_not_there_is_named()
    {
        var error = Assert.Throws<NetlinkException>(() => NetlinkSocket.Open(NetlinkProtocol.Route, new() { NetworkNamespace = "/run/netns/none-such" }));
        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Contains("/run/netns/none-such", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_namespace_is_refused() =>
        Assert.Equal(Errno.EINVAL, Assert.Throws<NetlinkException>(() => NetworkNamespace.Run("/proc/self/maps", static () => 0)).Errno);

    [Fact]
    public void Nothing_is_received_when_nothing_was_sent()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        Assert.False(socket.TryReceive(new byte[100], out var length));
        Assert.Equal(0, length);
        Assert.False(socket.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void A_datagram_longer_than_the_buffer_is_refused()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        using var request = LinkRequest(MessageFlags.Request, 1);
        socket.Send(request.Written);
        Assert.Equal(Errno.EMSGSIZE, Assert.Throws<NetlinkException>(() => socket.TryReceive(new byte[64], out _)).Errno);
    }

    [Fact]
    public async Task Waiting_ends_when_an_answer_is_there_and_leaves_it_queued()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        using var request = LinkRequest(MessageFlags.Request, 1);
        for (var round = 0; round < 3; round++)
        {
            var waiting = socket.WaitAsync(CancellationToken.None).AsTask();
            Assert.False(waiting.IsCompleted);
            socket.Send(request.Written);
            await waiting.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.True(socket.TryReceive(new byte[1 << 15], out var length));
            Assert.True(length > NetlinkMessage.HeaderLength);
        }
    }

    [Fact]
    public async Task Waiting_ends_when_it_is_cancelled()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        using var cancellation = new CancellationTokenSource();
        var waiting = socket.WaitAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void An_adopted_descriptor_keeps_its_port()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var adopted = NetlinkSocket.Adopt(socket.Handle);
        Assert.Equal(socket.PortId, adopted.PortId);
    }

    [Fact]
    public void A_descriptor_of_another_family_is_not_adopted()
    {
        using var other = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        Assert.Equal(Errno.EAFNOSUPPORT, Assert.Throws<NetlinkException>(() => NetlinkSocket.Adopt(other.SafeHandle)).Errno);
    }
}
