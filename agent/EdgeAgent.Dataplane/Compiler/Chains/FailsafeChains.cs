using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// What is always open in one direction. A failsafe of one port gets a chain before that of the port's policies, to which the port map leads, so
/// that packets to other ports never meet it; all others are rules of the base chain.
/// </summary>
internal sealed class FailsafeChains(RulesetBuilder ruleset, Direction direction, EquatableArray<Failsafe> failsafes)
{
    private readonly List<Failsafe> _own = [.. failsafes.Where(failsafe => failsafe.Direction == direction)];
    private readonly string _prefix = direction == Direction.Inbound ? "in" : "out";

    /// <summary>The rules for the base chain.</summary>
    public IEnumerable<ChainRule> Rules => _own.Where(failsafe => !IsOfOnePort(failsafe)).SelectMany(Accepting);

    /// <summary>Writes the chains of single ports.</summary>
    /// <param name="otherwise">Where a port leads that is not failsafe.</param>
    /// <returns>The ports, and where they lead now.</returns>
    public IEnumerable<(IpProtocol Protocol, ushort Port, ChainVerdict Target)> Write(Func<IpProtocol, ushort, ChainVerdict> otherwise)
    {
        foreach (var ofPort in _own.Where(IsOfOnePort).GroupBy(failsafe => (failsafe.Protocol, Port: failsafe.Ports.First)))
        {
            var (protocol, port) = ofPort.Key;
            var chain = ruleset.ChainName($"{_prefix}-{protocol.ToString().ToLowerInvariant()}-{port}-failsafe");
            ruleset.AddChain(chain, [.. ofPort.SelectMany(Accepting), new([new Decide(otherwise(protocol, port))])]);
            yield return (protocol, port, ChainVerdict.Goto(chain));
        }
    }

    private static bool IsOfOnePort(Failsafe failsafe) => failsafe.Protocol.HasPorts && failsafe.Ports.First == failsafe.Ports.Last;

    private IEnumerable<ChainRule> Accepting(Failsafe failsafe)
    {
        EquatableArray<Expression> ports = failsafe.Protocol.HasPorts
            ? [.. failsafe.SourcePorts is { } from ? Match.SourcePort(from) : [], .. Match.DestinationPort(failsafe.Ports)]
            : [];
        var count = ruleset.Count(CounterNames.Of(failsafe));
        var everybody = failsafe.Peers.IsEmpty ? [[]] : failsafe.Peers.Select(peer => Match.Address(direction == Direction.Inbound, peer));
        return everybody.Select(peer => new ChainRule(
            [.. Match.Protocol(failsafe.Protocol), .. ports, .. peer, count, new Decide(ChainVerdict.Accept)],
            $"failsafe {PolicyNames.Readable(failsafe.Name)}"));
    }
}
