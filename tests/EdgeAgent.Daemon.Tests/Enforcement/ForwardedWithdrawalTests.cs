using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Connections through a host are cut when policy withdraws them, there and nowhere else, and go on when it grants them again.</summary>
public sealed class ForwardedWithdrawalTests : IDisposable
{
    private const int Port = 9080;

    private static readonly Stage Closed = new([new Branch(null, [new Block([], BlockEnd.Deny, Policies.Reference)])]);

    private readonly RoutedNamespaces _net = new();
    private readonly EchoServer _server;
    private readonly FlowCutter _cutter;
    private readonly List<Socket> _sockets = [];

    public ForwardedWithdrawalTests()
    {
        _server = new(_net.Server, Port);
        _cutter = new(byMark: true, _net.Router.Path);
    }

    public void Dispose()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        _cutter.Dispose();
        _server.Dispose();
        _net.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_withdrawn_is_cut_and_what_is_granted_again_goes_on(bool nftables)
    {
        using IDisposable keeper = nftables
            ? new TableKeeper<NftablesContent>(new NftablesFirewall(_net.Router.Path, TableOwnership.None))
            : new TableKeeper<XTablesRuleset>(new IptablesFirewall(_net.Router.Path));
        var open = HostPolicy.Empty with { Revision = new(1), ForwardIn = [new Stage([new Branch("nobody", [])])], Sets = Policies.Sets(new AddressSet("nobody", [])) };
        Enforce(open);
        var sockets = (from place in new[] { _net.Client, _net.Guest } from to in _net.ServerAddresses from type in new[] { SocketType.Stream, SocketType.Dgram } select (place, to, type)).ToList();
        var conversations = sockets.ConvertAll(each => (each.place, each.to, each.type, Socket: Connect(each.place, each.to, each.type)));
        Assert.All(conversations, each => Assert.True(Works(each.Socket), $"{each} at first"));

        // Of one interface: the guest's flows go, whatever the family and protocol.
        Enforce(open with { Revision = new(2), ForwardIn = [Closed with { Interface = InterfaceMatch.Only(RoutedNamespaces.ToGuest) }] });
        Assert.All(conversations, each => Assert.Equal(each.place == _net.Client, Works(each.Socket)));

        // Granted again; then the address itself may not leave, and only its flows go.
        Enforce(open with { Revision = new(3) });
        Assert.All(conversations, each => Assert.True(Works(each.Socket), $"{each} after it was granted again"));
        var server = IpAddress.Parse(_net.ServerAddresses[0].ToString());
        var rule = new Rule(Verdict.Deny, Policies.Reference) { PeerAnyOf = ["server"] };
        Enforce(open with
        {
            Revision = new(4),
            ForwardOut = [new Stage([new Branch(null, [new Block([rule], BlockEnd.Pass, default)])])],
            Sets = Policies.Sets(new AddressSet("server", [Cidr.Single(server)]), new AddressSet("nobody", [])),
        });
        Assert.All(conversations, each => Assert.Equal(!each.to.Equals(_net.ServerAddresses[0]), Works(each.Socket)));

        void Enforce(HostPolicy policy)
        {
            var enforcement = new Enforcement(PolicyVersion.Of(policy), Failsafe.Defaults);
            if (keeper is TableKeeper<NftablesContent> table)
                table.Establish(enforcement, lookFirst: true, () => { });
            else
                ((TableKeeper<XTablesRuleset>)keeper).Establish(enforcement, lookFirst: true, () => { });
            _cutter.Cut(enforcement, everything: false);
        }
    }

    private Socket Connect(TestNamespace from, IPAddress to, SocketType type)
    {
        var socket = Probe.Unconnected(from, to, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        _sockets.Add(socket);
        Assert.True(Probe.TryConnect(socket, to, Port, Probe.Patience));
        return socket;
    }

    // What was sent while the way was closed may still arrive when it opens: all of it is read.
    private static bool Works(Socket socket)
    {
        while (socket.Available > 0)
            socket.Receive(new byte[64]);
        socket.Send([42]);
        return socket.Poll(socket.SocketType == SocketType.Stream ? TimeSpan.FromSeconds(1) : Probe.Silence, SelectMode.SelectRead) && socket.Receive(new byte[64]) > 0;
    }
}
