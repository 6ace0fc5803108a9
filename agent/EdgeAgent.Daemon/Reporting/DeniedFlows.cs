using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>Denied flows by kind, newest last; the oldest make room. Safe for several threads.</summary>
public sealed class DeniedFlows(int capacity = 200)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Kind, LinkedListNode<(Kind Kind, long Count, DateTimeOffset LastSeen)>> _byKind = [];
    private readonly LinkedList<(Kind Kind, long Count, DateTimeOffset LastSeen)> _byAge = [];

    private readonly record struct Kind(Direction Direction, IpAddress Source, IpAddress Destination, IpProtocol Protocol, ushort Port, string Policy);

    /// <summary>Counts a logged packet, if it was denied.</summary>
    public void Add(LoggedPacket packet, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(packet);
        if (!LogPrefix.TryParse(packet.Prefix, out var prefix) || prefix.Verdict != Contracts.Verdict.Deny)
            return;
        var headers = packet.Headers;
        Add(new Kind(prefix.Direction, headers.Source, headers.Destination, headers.Protocol, headers.DestinationPort, prefix.Policy), at);
    }

    /// <summary>The flows, newest last.</summary>
    public EquatableArray<DeniedFlow> Read()
    {
        lock (_lock)
        {
            return _byAge
                .Select(entry => new DeniedFlow(entry.Kind.Direction, entry.Kind.Source, entry.Kind.Destination, entry.Kind.Protocol, entry.Kind.Port, entry.Kind.Policy, entry.Count, entry.LastSeen))
                .ToEquatableArray();
        }
    }

    private void Add(Kind kind, DateTimeOffset at)
    {
        lock (_lock)
        {
            var count = 1L;
            if (_byKind.Remove(kind, out var known))
            {
                count += known.Value.Count;
                _byAge.Remove(known);
            }
            else if (_byAge.Count == capacity)
            {
                _byKind.Remove(_byAge.First!.Value.Kind);
                _byAge.RemoveFirst();
            }

            _byKind.Add(kind, _byAge.AddLast((kind, count, at)));
        }
    }
}
