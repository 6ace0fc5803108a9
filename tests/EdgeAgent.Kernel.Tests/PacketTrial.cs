using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>
/// Sends random packets to a host whose rules come from random policies, and compares what passes with what the interpreter says. A table
/// of nftables, before and after all else, logs what comes and what is left over.
/// </summary>
internal sealed class PacketTrial : IDisposable
{
    private const ushort Group = 5000;
    private const int Worlds = 40, LeastOfEach = 5;
    private static readonly IpProtocol[] Protocols = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp, IpProtocol.Icmp, IpProtocol.IcmpV6, new(50)];
    private readonly NamespacePair _pair = new();
    private readonly PacketLog _log;
    private readonly RawPackets _raw;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(120));
    private readonly IAsyncEnumerator<LoggedPacket> _logged;

    public PacketTrial()
    {
        _raw = new RawPackets(_pair);
        _pair.Server.Nft("-f -", $$"""
            table inet observer {
                chain come { type filter hook input priority -200; iif lo accept; log prefix "come" group {{Group}}; }
                chain came { type filter hook input priority 300; iif lo accept; log prefix "left" group {{Group}}; }
                chain go { type filter hook output priority -200; oif lo accept; log prefix "come" group {{Group}}; }
                chain gone { type filter hook output priority 300; oif lo accept; log prefix "left" group {{Group}}; }
            }
            """);
        _log = new PacketLog(new PacketLogOptions(Group) { NetworkNamespace = _pair.Server.Path, QueueThreshold = 1 });
        _logged = _log.ReadAsync(_limit.Token).GetAsyncEnumerator();
    }

    /// <summary>Where the rules go.</summary>
    public string NamespacePath => _pair.Server.Path;

    public void Dispose()
    {
        _limit.Cancel();
        _log.Dispose();
        _raw.Dispose();
        _pair.Dispose();
        _limit.Dispose();
    }

    /// <summary>Goes from policy to policy until enough packets of every protocol passed and did not.</summary>
    /// <param name="policyOf">The policy of a seed.</param>
    /// <param name="install">Puts a policy in force, and gives the interpreter of what is then in force.</param>
    public async Task CompareAsync(Func<int, HostPolicy> policyOf, Func<HostPolicy, (Func<Packet, bool> Accepts, string Text)> install)
    {
        var seen = new Dictionary<(IpProtocol Protocol, bool Accepted), int>();
        var flows = new HashSet<FlowTuple>();
        for (var seed = 0; seed < Worlds || !IsEnough(seen); seed++)
        {
            Assert.True(seed < 20 * Worlds, $"too few to mean anything: {string.Join(", ", seen)}");
            var policy = policyOf(seed);
            var (accepts, text) = install(policy);
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(200).Where(RawPackets.CanSend))
            {
                // A flow or answer that was seen before would be judged as established.
                if (!flows.Add(TupleOf(packet)) || flows.Contains(TupleOf(packet).Mirrored))
                    continue;
                _raw.Send(packet);
                var expected = accepts(packet);
                var actual = await IsLeftAsync(packet);
                Assert.True(expected == actual, $"seed {seed}: {packet}: interpreter says {expected}, kernel {actual}\n{text}");
                seen[(packet.Protocol, actual)] = seen.GetValueOrDefault((packet.Protocol, actual)) + 1;
            }
        }
    }

    // Whatever the worlds are: of every protocol both verdicts, and of all together more than a hundred each.
    private static bool IsEnough(Dictionary<(IpProtocol Protocol, bool Accepted), int> seen) => new[] { true, false }.All(accepted =>
        seen.Where(each => each.Key.Accepted == accepted).Sum(static each => each.Value) > 100
        && Protocols.All(protocol => seen.GetValueOrDefault((protocol, accepted)) >= LeastOfEach));

    // Both chains log within one send call or soon after; the end of the "come" log without a "left" log is known by the next packet.
    private async Task<bool> IsLeftAsync(Packet packet)
    {
        var wanted = TupleOf(packet);
        _raw.SendMarker();
        var left = false;
        while (await _logged.MoveNextAsync())
        {
            var logged = _logged.Current;
            if (RawPackets.IsMarker(logged.Headers))
            {
                if (logged.Prefix == "come")
                    return left;
            }
            else if (logged.Prefix == "left" && TupleOf(logged.Headers) == wanted)
            {
                left = true;
            }
        }

        throw new InvalidOperationException("the log ended");
    }

    private static FlowTuple TupleOf(Packet packet)
    {
        var inbound = packet.Direction == Direction.Inbound;
        return new FlowTuple
        {
            Source = inbound ? packet.Peer : packet.Self,
            Destination = inbound ? packet.Self : packet.Peer,
            Protocol = packet.Protocol,
            SourcePort = packet.Protocol.HasPorts ? packet.SourcePort : (ushort)0,
            DestinationPort = packet.Protocol.HasPorts ? packet.Port : (ushort)0,
            IcmpType = packet.Protocol.HasIcmpType ? packet.IcmpType : (byte)0,
            IcmpCode = packet.Protocol.HasIcmpType ? packet.IcmpCode : (byte)0,
        };
    }

    private static FlowTuple TupleOf(PacketHeaders headers) => new()
    {
        Source = headers.Source,
        Destination = headers.Destination,
        Protocol = headers.Protocol,
        SourcePort = headers.SourcePort,
        DestinationPort = headers.DestinationPort,
        IcmpType = headers.IcmpType,
        IcmpCode = headers.IcmpCode,
    };
}
