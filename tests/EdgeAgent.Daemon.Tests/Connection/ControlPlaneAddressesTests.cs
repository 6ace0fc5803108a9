using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class ControlPlaneAddressesTests
{
    [Fact]
    public async Task Of_several_addresses_one_that_answers_is_found_and_each_gets_its_share()
    {
        using var first = Listen(IPAddress.Parse("127.0.0.1"), 0);
        var port = ((IPEndPoint)first.LocalEndpoint).Port;
        using var third = Listen(IPAddress.Parse("127.0.0.3"), port);
        var addresses = new ControlPlaneAddresses(new Uri($"http://control.test:{port}"));
        EquatableArray<IpAddress> known = [IpAddress.Parse("127.0.0.1"), IpAddress.Parse("127.0.0.2"), IpAddress.Parse("127.0.0.3")];
        for (var i = 0; i < 100; i++)
            await (await addresses.ConnectAsync(known, CancellationToken.None)).DisposeAsync();
        var (one, other) = (Accepted(first), Accepted(third));
        Assert.Equal(100, one + other);
        Assert.InRange(one, 5, 95);

        first.Stop();
        for (var i = 0; i < 20; i++)
            await (await addresses.ConnectAsync(known, CancellationToken.None)).DisposeAsync();
        Assert.Equal(20, Accepted(third));
        third.Stop();
        await Assert.ThrowsAsync<SocketException>(async () => await addresses.ConnectAsync(known, CancellationToken.None));
    }

    private static TcpListener Listen(IPAddress address, int port)
    {
        var listener = new TcpListener(address, port);
        listener.Start(200);
        return listener;
    }

    private static int Accepted(TcpListener listener)
    {
        var count = 0;
        for (; listener.Pending(); count++)
            listener.AcceptSocket().Dispose();
        return count;
    }
}
