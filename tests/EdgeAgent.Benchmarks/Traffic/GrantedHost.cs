using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// A host behind some ruleset, and a client that owns the addresses of all granted peers. UDP packets are dropped behind the ruleset, so that
/// every one of them is the first of a flow; TCP connections are accepted on one port.
/// </summary>
internal sealed class GrantedHost : IDisposable
{
    private const int Flows = 2_048;
    private readonly NamespacePair _pair = new();
    private readonly PacketSender _sender;
    private readonly Socket _listener;
    private readonly GrantPolicy _policy;
    private int _connections;

    private GrantedHost(string name, GrantPolicy policy)
    {
        (Name, _policy) = (name, policy);
        _pair.RouteEverything();
        _pair.Client.Ip($"route add local {GrantPolicy.Peers} dev lo");
        // The rule that every stateful ruleset begins with; the packets that are to be the first of a flow never become one.
        _pair.Server.Nft("-f -", "table inet observer {\nchain come { type filter hook input priority -10; ct state established accept; }\nchain left { type filter hook input priority 200; meta l4proto udp drop; }\n}\n");
        // Closed connections are forgotten soon, else their entries would slow the later ones.
        _pair.Server.Sysctl("net/netfilter/nf_conntrack_tcp_timeout_close", "1");
        _sender = new(_pair.Client, [.. Enumerable.Range(0, Flows).Select(Flow)]);
        _listener = _pair.Server.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        _listener.Bind(new IPEndPoint(IPAddress.Any, GrantPolicy.FirstPort));
        _listener.Listen(512);
        new Thread(Accept) { IsBackground = true, Name = "accept" }.Start();
    }

    /// <summary>Which ruleset it has.</summary>
    public string Name { get; }

    /// <summary>The host itself.</summary>
    public TestNamespace Server => _pair.Server;

    /// <summary>Where peers are.</summary>
    public TestNamespace Client => _pair.Client;

    /// <summary>A host without any other rule.</summary>
    public static GrantedHost Empty() => new("empty", new(0));

    /// <summary>A host with our table.</summary>
    public static GrantedHost Compiled(int policies)
    {
        var host = new GrantedHost($"compiled.{policies}", new(policies));
        using var kernel = new NetfilterKernel(host._pair.Server.Path);
        foreach (var transaction in RulesetDiffer.Plan(null, RulesetCompiler.Compile(host._policy.ToHostPolicy(), CompileOptions.Default)).Transactions)
            kernel.Commit(transaction);
        return host;
    }

    /// <summary>A host that looks up peers in one hash set of all of them, and does nothing else.</summary>
    public static GrantedHost OneLookup()
    {
        var host = new GrantedHost("lookup", new(10));
        host._pair.Server.Nft("-f -", GrantPolicy.ToOneLookup());
        return host;
    }

    /// <summary>A host with the same grants as a list of rules.</summary>
    public static GrantedHost Linear(int policies)
    {
        var host = new GrantedHost($"linear.{policies}", new(policies));
        host._pair.Server.Nft("-f -", host._policy.ToLinearRules());
        return host;
    }

    /// <summary>Sends so many packets of new flows that are granted.</summary>
    /// <returns>How many it were.</returns>
    public int Send(int packets) => _sender.Send(packets);

    /// <summary>Connects so many times from granted peers, and resets each connection.</summary>
    public void Connect(int times) => _pair.Client.Run(() =>
    {
        for (var i = 0; i < times; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0), NoDelay = true };
            socket.Bind(new IPEndPoint(Native(_policy.Grant(++_connections, firstPortOnly: true).Peer), 0));
            socket.Connect(_pair.ServerV4, GrantPolicy.FirstPort);
        }
    });

    public void Dispose()
    {
        _listener.Dispose();
        _sender.Dispose();
        _pair.Dispose();
    }

    private Packet Flow(int number)
    {
        var (peer, port) = _policy.Grant(number, firstPortOnly: false);
        return new(Direction.Inbound, IpAddress.Parse(_pair.ServerV4.ToString()), peer, IpProtocol.Udp, port) { SourcePort = (ushort)(20_000 + number) };
    }

    private void Accept()
    {
        try
        {
            while (true)
                _listener.Accept().Dispose();
        }
        catch (SocketException)
        {
            // The measurement ended.
        }
        catch (ObjectDisposedException)
        {
            // The same, a moment earlier.
        }
    }

    private static IPAddress Native(IpAddress address)
    {
        var bytes = new byte[address.Bytes];
        address.WriteTo(bytes);
        return new(bytes);
    }
}
