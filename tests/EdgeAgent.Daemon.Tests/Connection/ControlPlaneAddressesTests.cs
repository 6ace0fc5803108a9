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
        EquatableArray<ControlPlaneAddress> earlier = [.. Enumerable.Range(1, 3).Select(last => new ControlPlaneAddress(IpAddress.Parse($"127.0.0.{last}"), (ushort)port)), new(IpAddress.Parse("127.0.0.9"), 1)];
        var control = new Uri($"http://control.test:{port}");
        var way = new ControlPlaneAddresses([control], earlier).To(control);
        for (var i = 0; i < 100; i++)
            await (await way.ConnectAsync(CancellationToken.None)).DisposeAsync();
        var (one, other) = (Accepted(first), Accepted(third));
        Assert.Equal(100, one + other);
        Assert.InRange(one, 5, 95);

        first.Stop();
        for (var i = 0; i < 20; i++)
            await (await way.ConnectAsync(CancellationToken.None)).DisposeAsync();
        Assert.Equal(20, Accepted(third));
        third.Stop();
        await Assert.ThrowsAsync<SocketException>(async () => await way.ConnectAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_a_name_server_does_not_say_stays_as_it_was_and_the_other_names_are_found()
    {
        Uri[] names = [new("http://localhost:7400"), new("http://nobody.invalid:7401"), new("http://192.0.2.7:7402")];
        var earlier = new ControlPlaneAddress(IpAddress.Parse("192.0.2.8"), 7401);
        var addresses = new ControlPlaneAddresses([.. names], [earlier]);
        Assert.Equal([earlier, new(IpAddress.Parse("192.0.2.7"), 7402)], addresses.All);
        var failed = new List<string>();
        await addresses.ResolveAsync((name, _) => failed.Add(name), CancellationToken.None);
        Assert.Equal(["nobody.invalid"], failed);
        Assert.Contains(addresses.All, address => address.Port == 7400 && address.Address.ToString() is "127.0.0.1" or "::1");
        Assert.Contains(earlier, addresses.All);
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
