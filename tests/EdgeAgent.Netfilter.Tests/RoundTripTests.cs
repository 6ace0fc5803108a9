using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

/// <summary>What is encoded as a request has the form of what the kernel dumps: decoding it gives what was encoded.</summary>
public sealed class RoundTripTests
{
    private const int Worlds = 400;

    [Fact]
    public void Rules_come_back()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var random = new RandomTables(seed);
            var (chain, rule) = (random.Name(), random.Rule());
            var read = RuleCodec.Read(Encoded.One(new AppendRule(chain, rule)), out var unreadable);
            Assert.True(unreadable is null && read == (chain, rule), $"seed {seed}: {rule} was read as {read.Rule} ({unreadable})");
        }
    }

    [Fact]
    public void Sets_come_back()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var schema = new RandomTables(seed).Schema();
            var read = SetCodec.Read(Encoded.One(new CreateSet(schema)), out var name);
            Assert.True(read == schema && name == schema.Name, $"seed {seed}: {schema} was read as {read}");
        }
    }

    [Fact]
    public void Elements_come_back()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var random = new RandomTables(seed);
            var schema = random.Schema();
            var elements = random.Elements(schema, seed % 20 == 0 ? 6000 : 20);
            var reader = new ElementReader(schema, new CounterNames());
            if (elements.Count > 0)
            {
                foreach (var message in Encoded.Messages(Encoded.Batch(new AddElements(schema, elements))))
                    reader.Add(Encoded.Read(message));
            }

            var read = reader.Build(out var unreadable);
            Assert.True(unreadable == 0 && read.Equals(elements), $"seed {seed}: {elements.Count} elements of {schema} came back as {read.Count}, {unreadable} unreadable");
        }
    }

    [Fact]
    public void Chains_come_back()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var random = new RandomTables(seed);
            var (name, hook) = (random.Name(), random.Hook());
            var read = ChainCodec.Read(Encoded.One(new CreateChain(name, hook)));
            Assert.True(ChainCodec.TryModel(read, out var readHook), $"seed {seed}: {read}");
            Assert.Equal((name, hook, Ruleset.Table), (read.Name, readHook, read.Table));
        }
    }

    [Fact]
    public void Counters_come_back()
    {
        Assert.True(CounterCodec.TryRead(Encoded.One(new CreateCounter("default/a.in")), out var name, out var type, out var reading));
        Assert.Equal(("default/a.in", 1u, new CounterReading(0, 0)), (name, type, reading));
    }

    [Fact]
    public void Registers_have_one_number_each()
    {
        var numbers = Enumerable.Range(0, 16).Select(static i => RegisterCodec.Encode(new Register((byte)i))).ToList();
        Assert.Equal([1, 9, 10, 11, 2, 13, 14, 15, 3, 17, 18, 19, 4, 21, 22, 23], numbers.Select(static n => (int)n));
        Assert.Equal(Enumerable.Range(0, 16), numbers.Select(static n => (int)RegisterCodec.Decode(n)!.Value.Index));
        // NFT_REG32_00 is the beginning of NFT_REG_1.
        Assert.Equal(new Register(0), RegisterCodec.Decode(8));
        Assert.All(new uint?[] { null, 0, 5, 7, 24, uint.MaxValue }, static n => Assert.Null(RegisterCodec.Decode(n)));
        Assert.Throws<ArgumentOutOfRangeException>(static () => RegisterCodec.Encode(new Register(16)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hi")]
    [InlineData("größer")]
    public void Comments_come_back(string comment)
    {
        using var buffer = new MessageBuffer();
        using (var message = buffer.Begin(1, 0, 1))
            UserData.WriteComment(message, 7, comment);
        var reader = new MessageReader(buffer.Written);
        Assert.True(reader.MoveNext());
        Assert.Equal(comment, UserData.ReadComment(reader.Current.Attributes(0).Bytes(7)));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("00", null)]
    [InlineData("0003686900", "hi")]
    [InlineData("00026869", "hi")]
    [InlineData("00ff6869", null)]
    [InlineData("0504010203040003686900", "hi")]
    public void Foreign_notes_are_read_or_ignored(string bytes, string? comment) => Assert.Equal(comment, UserData.ReadComment(Convert.FromHexString(bytes)));

    [Fact]
    public void A_comment_that_nft_would_refuse_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => Encoded.Batch(new AppendRule("c", new ChainRule([], new string('c', 128)))));
}
