using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter.Tests;

/// <summary>Random rules and tables of everything that the model has.</summary>
internal static class RandomRules
{
    internal static FilterRule Next(Random random, IpFamily family, IReadOnlyList<string>? chains = null)
    {
        var protocol = random.Next(4) switch { 0 => (IpProtocol?)null, 1 => IpProtocol.Udp, 2 => new(47), _ => IpProtocol.Tcp };
        var matches = new List<FilterMatch>();
        if (random.Next(3) == 0)
            matches.Add(new StateMatch((ConntrackStates)random.Next(1, 16)));
        if (random.Next(5) == 0)
            matches.Add(new MarkMatch(1u << random.Next(32)));
        if (protocol is { HasPorts: true })
            matches.Add(new PortMatch(random.Next(2) == 0, [PortRange.Single((ushort)random.Next(65536)), new(10, (ushort)random.Next(11, 65536))]));
        if (random.Next(3) == 0)
            matches.Add(new SetMatch($"{random.Next(65535)}", random.Next(2) == 0, random.Next(4) == 0));
        if (random.Next(5) == 0)
            matches.Add(new RateMatch(20, (uint)random.Next(1, 100)));
        if (protocol is null && random.Next(4) == 0)
        {
            protocol = family == IpFamily.V4 ? IpProtocol.Icmp : IpProtocol.IcmpV6;
            matches.Add(new IcmpTypeMatch((byte)random.Next(255), 0, (byte)random.Next(256)));
        }

        var header = new FilterHeader
        {
            Protocol = protocol,
            Source = random.Next(3) == 0 ? Block(random, family) : null,
            Destination = random.Next(3) == 0 ? Block(random, family) : null,
            InputInterface = random.Next(5) == 0 ? new("lo", random.Next(2) == 0) : InterfaceName.Any,
            OutputInterface = random.Next(5) == 0 ? new("eth0.4094", random.Next(2) == 0) : InterfaceName.Any,
        };
        FilterTarget target = random.Next(6) switch
        {
            0 => VerdictTarget.Drop,
            1 => VerdictTarget.Return,
            2 => VerdictTarget.Next,
            3 => new VerdictTarget(FilterVerdict.Accept),
            4 when chains is { Count: > 0 } => new GotoTarget(chains[random.Next(chains.Count)]),
            _ => new LogTarget((ushort)random.Next(65536), $"in deny {random.Next()}", (uint)random.Next(200), (ushort)random.Next(100)),
        };
        return new(header, matches.ToEquatableArray(), target, random.Next(2) == 0 ? $"counter c{random.Next(10)}" : null);
    }

    /// <summary>Chains of ours with rules that lead to each other.</summary>
    internal static FilterTable Chains(Random random, IpFamily family)
    {
        string[] names = ["EDGEAGENT-INPUT", "EDGEAGENT-OUTPUT", "EDGEAGENT-a", "EDGEAGENT-b"];
        return new()
        {
            Hooks = [Hook.Input, Hook.Output],
            Chains = names.ToImmutableSortedDictionary(
                name => name,
                name => new FilterChain(name, Enumerable.Range(0, random.Next(6)).Select(_ => Next(random, family, names[2..])).ToEquatableArray()),
                StringComparer.Ordinal),
        };
    }

    /// <summary>A table as others have it: three built-in chains, and chains that they jump to.</summary>
    internal static TableImage Image(Random random, IpFamily family)
    {
        var layout = EntryLayout.Of(family);
        string[] names = ["theirs", "more"];
        var chains = new List<ImageChain>();
        foreach (var (name, hook) in new[] { ("INPUT", 1), ("FORWARD", 2), ("OUTPUT", 3) })
            chains.Add(new(name, hook, null, [.. Rules(), TableEntry.Unconditional(layout, (int)FilterVerdict.Accept, EntryLead.None)]));
        foreach (var name in names)
            chains.Add(new(name, null, TableEntry.Head(layout, name), [.. Rules(), TableEntry.Unconditional(layout, (int)FilterVerdict.Return, EntryLead.None)]));
        return new(layout, new(0b1110, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 0, 0), chains, TableEntry.Head(layout, "ERROR"));

        IEnumerable<TableEntry> Rules() => Enumerable.Range(0, random.Next(5)).Select(_ => RuleEntryCodec.Write(Next(random, family, names), layout, static set => ushort.Parse(set, System.Globalization.CultureInfo.InvariantCulture))).ToList();
    }

    private static Cidr Block(Random random, IpFamily family) => family == IpFamily.V4
        ? new(new IpAddress(IpFamily.V4, (uint)random.Next()), random.Next(1, 33))
        : new(new IpAddress(IpFamily.V6, ((UInt128)random.NextInt64() << 64) | (UInt128)random.NextInt64()), random.Next(1, 129));
}
