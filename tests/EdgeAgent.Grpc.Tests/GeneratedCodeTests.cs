using EdgeAgent.GrpcTests.Protos;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.GrpcTests;

/// <summary>
/// The protoc of Grpc.Tools is newer than the Google.Protobuf in use, and the two are not officially a pair. Each kind of field is written, read
/// and reflected here, so that a change of either package shows.
/// </summary>
public sealed class GeneratedCodeTests
{
    private static readonly Kinds Full = new()
    {
        Double = double.Epsilon,
        Float = float.MaxValue,
        Int32 = int.MinValue,
        Int64 = long.MinValue,
        Uint32 = uint.MaxValue,
        Uint64 = ulong.MaxValue,
        Sint32 = int.MinValue,
        Sint64 = long.MinValue,
        Fixed32 = uint.MaxValue,
        Fixed64 = ulong.MaxValue,
        Sfixed32 = int.MinValue,
        Sfixed64 = long.MinValue,
        Bool = true,
        Text = "текст",
        Bytes = ByteString.CopyFrom(0, 255),
        Colour = Kinds.Types.Colour.Red,
        Inner = new Kinds { Text = "inner" },
        Packed = { 0, 1, int.MaxValue },
        Texts = { "a", "" },
        Inners = { new Kinds(), new Kinds { Bool = true } },
        ByName = { ["one"] = new Kinds { Int32 = 1 } },
        ByNumber = { [-1] = "minus" },
        MaybeInt32 = 0,
        Right = "chosen",
        At = new Timestamp { Seconds = 1, Nanos = 2 },
        For = new Duration { Seconds = 3 },
        Wrapped = 7,
        Any = Any.Pack(new EchoRequest { Count = 1 }),
    };

    [Fact]
    public void The_pair_is_the_tested_one()
    {
        Assert.Equal(new Version(3, 25, 1, 0), typeof(IMessage).Assembly.GetName().Version);
    }

    [Fact]
    public void Every_kind_of_field_survives_the_wire()
    {
        var bytes = Full.ToByteArray();
        var read = Kinds.Parser.ParseFrom(bytes);

        Assert.Equal(Full, read);
        Assert.Equal(bytes.Length, Full.CalculateSize());
        Assert.True(read.HasMaybeInt32);
        Assert.False(new Kinds().HasMaybeInt32);
        Assert.Equal(Kinds.ChoiceOneofCase.Right, read.ChoiceCase);
        Assert.Equal(1, read.Any.Unpack<EchoRequest>().Count);
        Assert.Equal(Full, Full.Clone());
        Assert.Equal(Full.GetHashCode(), read.GetHashCode());
    }

    [Fact]
    public void Every_kind_of_field_survives_json_and_merging()
    {
        var registry = TypeRegistry.FromMessages(EchoRequest.Descriptor);
        var json = new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(registry)).Format(Full);
        var merged = new Kinds();
        merged.MergeFrom(Full);

        Assert.Equal(Full, new JsonParser(JsonParser.Settings.Default.WithTypeRegistry(registry)).Parse<Kinds>(json));
        Assert.Equal(Full, merged);
    }

    [Fact]
    public void Unknown_fields_are_kept()
    {
        // A message with every field set, read as one that knows two of them.
        var known = EchoReply.Parser.ParseFrom(new Kinds { Text = "text", Fixed64 = 5 }.ToByteArray());

        Assert.Equal(new Kinds { Text = "text", Fixed64 = 5 }, Kinds.Parser.ParseFrom(known.ToByteArray()));
    }

    [Fact]
    public void Descriptors_are_complete()
    {
        Assert.Equal(Kinds.Descriptor.Fields.InFieldNumberOrder().Count, Full.ToByteArray() is var bytes ? FieldNumbers(bytes).Distinct().Count() + 1 : 0);
        Assert.Equal(["Unary", "Collect", "Expand", "Chat", "Old"], Echo.Descriptor.Methods.Select(method => method.Name));
        Assert.True(Echo.Descriptor.FindMethodByName("Old").GetOptions().Deprecated);
    }

    private static IEnumerable<int> FieldNumbers(byte[] bytes)
    {
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag && tag != 0)
        {
            yield return WireFormat.GetTagFieldNumber(tag);
            input.SkipLastField();
        }
    }
}
