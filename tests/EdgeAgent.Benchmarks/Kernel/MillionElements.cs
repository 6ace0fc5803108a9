using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>A table with one map of many peers, each under one of ten counters.</summary>
internal static class MillionElements
{
    /// <summary>Makes the table.</summary>
    public static Ruleset Of(int elements)
    {
        var counters = Enumerable.Range(0, 10).Select(i => new CounterValue($"default/policy-{i}.in")).ToArray();
        var schema = new SetSchema("in-tcp-443.4", SetKind.CounterMap, [KeyField.Ipv4Address]) { Size = (uint)elements * 2 };
        var table = new ElementTable.Builder(schema, elements);
        Span<byte> address = stackalloc byte[4];
        for (var i = 0; i < elements; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(address, 0x0a000000u + ((uint)i * 2));
            table.Add(address, counters[i % counters.Length]);
        }

        return new()
        {
            Counters = counters.Select(counter => counter.Counter).ToImmutableSortedSet(StringComparer.Ordinal),
            Sets = Ruleset.Empty.Sets.Add(schema.Name, new(schema, table.Build())),
        };
    }

    /// <summary>Loads a million elements into a fresh namespace.</summary>
    public static void Load()
    {
        using var place = new TestNamespace("bench");
        using var kernel = new NetfilterKernel(place.Path);
        foreach (var transaction in RulesetDiffer.Plan(null, Of(1_000_000)).Transactions)
            kernel.Commit(transaction);
    }
}
