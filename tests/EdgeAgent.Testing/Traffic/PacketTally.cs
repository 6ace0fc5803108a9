using System.Text.Json;
using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>How many packets of one class came to a hook, and how many were left over after all other rules.</summary>
public readonly record struct Tally(long Came, long Left)
{
    /// <summary>What came and was not left.</summary>
    public long Missing => Came - Left;

    /// <summary>What happened between two tallies.</summary>
    public static Tally operator -(Tally after, Tally before) => new(after.Came - before.Came, after.Left - before.Left);
}

/// <summary>
/// Counts packets in the kernel, before and behind all other rules of a namespace, by their source port: no buffer of a receiver
/// can overrun, and what is lost on the way to the hook is not counted at all. What is left over is dropped after it was counted, so that
/// no connection is ever tracked and every packet is the first of a flow.
/// </summary>
public sealed class PacketTally
{
    private const string Table = "observer";
    private static readonly (Direction Direction, string Hook)[] Hooks = [(Direction.Inbound, "input"), (Direction.Outbound, "output")];
    private readonly TestNamespace _host;
    private readonly ushort[] _classes;

    /// <summary>Counts UDP packets from these source ports, one class each.</summary>
    public PacketTally(TestNamespace host, params ReadOnlySpan<ushort> classes)
    {
        (_host, _classes) = (host, [.. classes]);
        var counters = Hooks.SelectMany(at => _classes.Select(port => $"counter come-{at.Hook}-{port} {{ }}\ncounter left-{at.Hook}-{port} {{ }}\n"));
        var chains = Hooks.Select(at => $$"""
            chain come-{{at.Hook}} { type filter hook {{at.Hook}} priority -190;
            {{string.Concat(_classes.Select(port => $"udp sport {port} counter name come-{at.Hook}-{port}\n"))}} }
            chain left-{{at.Hook}} { type filter hook {{at.Hook}} priority 200;
            {{string.Concat(_classes.Select(port => $"udp sport {port} counter name left-{at.Hook}-{port} drop\n"))}} }

            """);
        host.Nft("-f -", $"table inet {Table} {{\n{string.Concat(counters)}{string.Concat(chains)}}}\n");
    }

    /// <summary>The tallies of all classes in both directions. Exact once nothing is sent any more.</summary>
    public IReadOnlyDictionary<(Direction Direction, ushort SourcePort), Tally> Read()
    {
        using var json = JsonDocument.Parse(_host.Nft($"-j list counters table inet {Table}"));
        var packets = json.RootElement.GetProperty("nftables").EnumerateArray()
            .Where(static item => item.TryGetProperty("counter", out _))
            .Select(static item => item.GetProperty("counter"))
            .ToDictionary(static counter => counter.GetProperty("name").GetString()!, static counter => counter.GetProperty("packets").GetInt64(), StringComparer.Ordinal);
        return (from port in _classes
                from direction in Hooks
                select ((direction.Direction, port), new Tally(packets[$"come-{direction.Hook}-{port}"], packets[$"left-{direction.Hook}-{port}"])))
            .ToDictionary(static each => each.Item1, static each => each.Item2);
    }
}
