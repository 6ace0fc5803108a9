using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter.Tests;

/// <summary>Random parts of tables: every kind of expression, set and chain of the model, with any values that it allows.</summary>
internal sealed class RandomTables(int seed)
{
    private static readonly KeyField[] Fields = Enum.GetValues<KeyField>();
    private readonly Random _random = new(seed);

    internal string Name() => Pick("in-tcp-9080.4", "default/reviews-to-ratings.in", "a", "x_y.z", new string('n', 100), "ünï");

    internal string? Comment() => Pick(null, "", "revision 42", "größer", new string('c', 127));

    internal ChainRule Rule() => new(Enumerable.Range(0, _random.Next(0, 8)).Select(_ => Expression()).ToEquatableArray(), Comment());

    internal BaseHook? Hook() => _random.Next(2) == 0 ? null : new BaseHook(Pick(Enum.GetValues<Hook>()), _random.Next(-500, 500)) { DropsRest = _random.Next(2) == 0 };

    internal SetSchema Schema()
    {
        var fields = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(Fields)).ToEquatableArray();
        return new SetSchema(Name(), Pick(Enum.GetValues<SetKind>()), fields) { Intervals = fields.Count == 1 && _random.Next(3) == 0, Size = (uint)_random.Next(0, 3) * 4096 };
    }

    internal ElementTable Elements(SetSchema schema, int most)
    {
        var builder = new ElementTable.Builder(schema);
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = _random.Next(0, most); i > 0; i--)
            keys.Add(Convert.ToHexString(Bytes(schema.KeyLength)));
        // Neighbours become the ends of ranges, so that ranges are disjoint.
        var sorted = keys.Select(Convert.FromHexString).ToList();
        for (var i = 0; i < sorted.Count; i++)
        {
            var first = sorted[i];
            if (schema.Intervals && i + 1 < sorted.Count && _random.Next(2) == 0)
                i++;
            builder.Add(first, sorted[i], Value(schema.Kind));
        }

        return builder.Build();
    }

    internal Expression Expression()
    {
        switch (_random.Next(13))
        {
            case 0:
                return new LoadMeta(Pick(Enum.GetValues<MetaKey>()), Register());
            case 1:
                return new LoadPayload(Pick(Enum.GetValues<PayloadBase>()), (byte)_random.Next(256), (byte)_random.Next(256), Register());
            case 2:
                return new LoadConntrack(Pick(Enum.GetValues<ConntrackKey>()), Register());
            case 3:
                var length = _random.Next(1, 17);
                return new Bitwise(Register(), Register(), EquatableArray.Create<byte>(Bytes(length)), EquatableArray.Create<byte>(Bytes(length)));
            case 4:
                return new Compare(Register(), Pick(Enum.GetValues<CompareOperator>()), EquatableArray.Create<byte>(Bytes(_random.Next(1, 17))));
            case 5:
                return new LookupSet(Name(), Register(), _random.Next(2) == 0);
            case 6:
                return new LookupVerdict(Name(), Register());
            case 7:
                return new Count(Name());
            case 8:
                return new CountByMap(Name(), Register());
            case 9:
                return new Limit((ulong)_random.NextInt64(), (uint)_random.Next());
            case 10:
                return new LogToGroup((ushort)_random.Next(65536), Pick("", "in:denied"), (uint)_random.Next(0, 2) * 96, (ushort)_random.Next(0, 100));
            case 11:
                return new Decide(Verdict());
            default:
                return new Reject(Pick(Enum.GetValues<RejectKind>()));
        }
    }

    internal T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    internal byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        // The borders of the key space matter.
        switch (_random.Next(8))
        {
            case 0:
                Array.Clear(bytes);
                break;
            case 1:
                Array.Fill(bytes, byte.MaxValue);
                break;
        }

        return bytes;
    }

    private Register Register() => new((byte)_random.Next(16));

    private ChainVerdict Verdict() => Pick(Enum.GetValues<VerdictCode>()) is var code && code is VerdictCode.Jump or VerdictCode.Goto
        ? new ChainVerdict(code, Name())
        : new ChainVerdict(code);

    private ElementValue? Value(SetKind kind) => kind switch
    {
        SetKind.CounterMap => new CounterValue(Name()),
        SetKind.VerdictMap => new VerdictValue(Verdict()),
        _ => null,
    };
}
