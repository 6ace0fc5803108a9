using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class EffectiveFailsafesTests
{
    private static readonly EquatableArray<ControlPlaneAddress> Addresses = [new(IpAddress.Parse("fd00::1"), 7400), new(IpAddress.Parse("10.0.0.1"), 7400)];

    [Fact]
    public void The_control_plane_is_always_open_and_nothing_more_of_it()
    {
        var failsafes = EffectiveFailsafes.Of([], null, Addresses);
        Assert.Equal(
            [new Failsafe("control-plane", Direction.Outbound, IpProtocol.Tcp, PortRange.Single(7400)) { Peers = [Cidr.Parse("10.0.0.1/32"), Cidr.Parse("fd00::1/128")] }],
            failsafes);
        Assert.Equal(Addresses.Reverse(), EffectiveFailsafes.AddressesIn(failsafes));
    }

    [Fact]
    public void Several_control_planes_are_all_open_each_at_its_own_port()
    {
        EquatableArray<ControlPlaneAddress> several = [.. Addresses, new(IpAddress.Parse("10.0.0.2"), 443), new(IpAddress.Parse("10.0.0.1"), 443)];
        var failsafes = EffectiveFailsafes.Of([], null, several);
        Assert.Equal(
            ["outbound TCP/443 to 10.0.0.1, 10.0.0.2 (control-plane)", "outbound TCP/7400 to 10.0.0.1, fd00::1 (control-plane)"],
            failsafes.Select(EffectiveFailsafes.InWords));
        Assert.Equal(several.ToHashSet(), EffectiveFailsafes.AddressesIn(failsafes).ToHashSet());
    }

    [Fact]
    public void What_the_control_plane_gives_replaces_the_hosts_own()
    {
        Failsafe given = new("bastion", Direction.Inbound, IpProtocol.Tcp, PortRange.Single(22)) { Peers = [Cidr.Parse("10.9.0.0/16")] };
        Assert.Equal([given], EffectiveFailsafes.Of(Failsafe.Defaults, [given], []));
        Assert.Equal(Failsafe.Defaults, EffectiveFailsafes.Of(Failsafe.Defaults, null, []));
        Assert.Empty(EffectiveFailsafes.Of(Failsafe.Defaults, EquatableArray.Create<Failsafe>([]), []));
    }

    [Fact]
    public void No_list_takes_the_way_to_the_control_plane_away_or_widens_it()
    {
        Failsafe wide = new("control-plane", Direction.Inbound, IpProtocol.Tcp, PortRange.All);
        Assert.Equal(EffectiveFailsafes.Of([], null, Addresses), EffectiveFailsafes.Of([wide], [wide], Addresses));
    }

    [Fact]
    public void Name_servers_are_opened_only_where_failsafes_close_the_way_to_them()
    {
        EquatableArray<IpAddress> servers = [IpAddress.Parse("10.0.0.53"), IpAddress.Parse("fd00::53")];
        Assert.Equal(Failsafe.Defaults, EffectiveFailsafes.WithNameServers(Failsafe.Defaults, servers));
        Assert.Empty(EffectiveFailsafes.WithNameServers([], []));
        Failsafe narrow = new("dns", Direction.Outbound, IpProtocol.Udp, PortRange.Single(53)) { Peers = [Cidr.Parse("10.0.0.0/24")] };
        var opened = EffectiveFailsafes.WithNameServers([narrow], servers);
        Assert.Equal(
            [
                narrow,
                new Failsafe("name-servers", Direction.Outbound, IpProtocol.Udp, PortRange.Single(53)) { Peers = [Cidr.Parse("fd00::53/128")] },
                new Failsafe("name-servers", Direction.Outbound, IpProtocol.Tcp, PortRange.Single(53)) { Peers = [Cidr.Parse("10.0.0.53/32"), Cidr.Parse("fd00::53/128")] },
            ],
            opened);

        // What an earlier run added is not taken for the operator's.
        Assert.Equal([narrow], EffectiveFailsafes.Of(opened, opened, []));
    }

    [Theory]
    [InlineData(0, "inbound TCP/22 from anywhere (ssh)")]
    [InlineData(1, "inbound UDP/68 source port 67 from anywhere (dhcp)")]
    [InlineData(2, "inbound UDP/546 source port 547 from fe80::/10 (dhcpv6)")]
    [InlineData(5, "outbound UDP/53 to anywhere (dns)")]
    public void Failsafes_are_said_in_words(int index, string words) => Assert.Equal(words, EffectiveFailsafes.InWords(Failsafe.Defaults[index]));
}
