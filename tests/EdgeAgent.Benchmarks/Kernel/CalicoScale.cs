using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Benchmarks;

/// <summary>A table of the scales that Calico's own benchmark of nftables uses: sets of addresses, and chains whose rules look them up.</summary>
/// <param name="Sets">Sets.</param>
/// <param name="Members">Members of each.</param>
/// <param name="Chains">Chains, led to by a verdict map.</param>
/// <param name="Rules">Rules of each.</param>
internal sealed record CalicoScale(int Sets, int Members, int Chains, int Rules)
{
    private static readonly Register First = new(0);

    /// <summary>The three scales.</summary>
    public static IReadOnlyList<CalicoScale> All { get; } = [new(100, 20, 100, 10), new(500, 50, 500, 10), new(2000, 100, 2000, 10)];

    /// <summary>The table.</summary>
    public Ruleset Ruleset()
    {
        var ports = new SetSchema("endpoints", SetKind.VerdictMap, [KeyField.Port]) { Size = 4096 };
        var map = new ElementTable.Builder(ports, Chains);
        Span<byte> port = stackalloc byte[2];
        for (var chain = 0; chain < Chains; chain++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)(10_000 + chain));
            map.Add(port, new VerdictValue(ChainVerdict.Goto(ChainName(chain))));
        }

        EquatableArray<ChainRule> input = [new([new LoadMeta(MetaKey.TransportProtocol, First), new Compare(First, CompareOperator.Equal, [6]), new LoadPayload(PayloadBase.Transport, 2, 2, First), new LookupVerdict(ports.Name, First)])];
        return new()
        {
            Sets = Enumerable.Range(0, Sets).Select(Set).Append(new(ports, map.Build())).ToImmutableSortedDictionary(set => set.Schema.Name, set => set, StringComparer.Ordinal),
            Chains = Enumerable.Range(0, Chains).Select(chain => new Chain(ChainName(chain), null, RulesOf(chain, 0)))
                .Append(new("input", new(Hook.Input, 0), input))
                .ToImmutableSortedDictionary(chain => chain.Name, chain => chain, StringComparer.Ordinal),
        };
    }

    /// <summary>The rules of a chain; another generation looks up other sets.</summary>
    public EquatableArray<ChainRule> RulesOf(int chain, int generation) => Enumerable.Range(0, Rules)
        .Select(rule => new ChainRule(
        [
            new LoadMeta(MetaKey.Family, First), new Compare(First, CompareOperator.Equal, [2]),
            new LoadPayload(PayloadBase.Network, 12, 4, First), new LookupSet(SetName(((chain * Rules) + rule + generation) % Sets), First, false),
            new Decide(ChainVerdict.Accept),
        ]))
        .ToEquatableArray();

    /// <summary>The first chain, written anew.</summary>
    public Transaction Rewritten(int generation) =>
        new([new FlushChain(ChainName(0)), .. RulesOf(0, generation).Items.Select(rule => new AppendRule(ChainName(0), rule))]);

    /// <summary>One element that the first set does not have at first.</summary>
    public static (Transaction Add, Transaction Delete) OneElement()
    {
        var schema = Schema(0);
        var element = new ElementTable.Builder(schema);
        element.Add([192, 0, 2, 1]);
        var one = element.Build();
        return (new([new AddElements(schema, one)]), new([new DeleteElements(schema, one)]));
    }

    /// <summary>The name of a set.</summary>
    public static string SetName(int set) => string.Create(CultureInfo.InvariantCulture, $"cali40s-{set:d4}");

    /// <summary>The name of a chain.</summary>
    public static string ChainName(int chain) => string.Create(CultureInfo.InvariantCulture, $"cali-pi-{chain:d4}");

    /// <inheritdoc/>
    public override string ToString() => $"{Sets}x{Members}/{Chains}x{Rules}";

    private NamedSet Set(int number)
    {
        var schema = Schema(number);
        var members = new ElementTable.Builder(schema, Members);
        Span<byte> address = stackalloc byte[4];
        for (var member = 0; member < Members; member++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(address, 0x0a000000u + (uint)((number * Members) + member));
            members.Add(address);
        }

        return new(schema, members.Build());
    }

    private static SetSchema Schema(int number) => new(SetName(number), SetKind.Set, [KeyField.Ipv4Address]) { Size = 256 };
}
