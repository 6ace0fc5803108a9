using System.Buffers.Binary;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

public sealed class BatchTests
{
    private static readonly SetSchema Peers = new("m4", SetKind.CounterMap, [KeyField.Ipv4Address]) { Size = 128 };

    private static ElementTable Many(SetSchema schema, int count)
    {
        var builder = new ElementTable.Builder(schema);
        var key = new byte[schema.KeyLength];
        var last = new byte[schema.KeyLength];
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(key, i * 8);
            BinaryPrimitives.WriteInt32BigEndian(last, (i * 8) + (schema.Intervals ? 5 : 0));
            builder.Add(key, last, new CounterValue("default/reviews-to-ratings.in"));
        }

        return builder.Build();
    }

    [Fact]
    public void A_batch_is_framed_and_its_last_operation_asks_for_an_answer()
    {
        var batch = Convert.ToHexStringLower(Encoded.Batch(0x01020304, [new DeleteCounter("a"), new DeleteCounter("b")]));
        Assert.Equal(
            // NFNL_MSG_BATCH_BEGIN: request, echo; res_id 10; the generation.
            "1c000000" + "1000" + "0900" + "01000000" + "00000000" + "0000000a" + "0800010001020304"
            // NFT_MSG_DELOBJ, inet: table, name, type counter.
            + "34000000" + "140a" + "0100" + "02000000" + "00000000" + "01000000" + "0e00010065646765616765" + "6e74000000" + "0600020061000000" + "0800030000000001"
            // The same, with NLM_F_ACK.
            + "34000000" + "140a" + "0500" + "03000000" + "00000000" + "01000000" + "0e00010065646765616765" + "6e74000000" + "0600020062000000" + "0800030000000001"
            + "14000000" + "1100" + "0100" + "04000000" + "00000000" + "0000000a",
            batch);
    }

    [Fact]
    public void A_map_equals_the_one_that_nft_makes_up_to_its_notes()
    {
        // nft --debug=mnl: add map inet edgeagent m4 { type ipv4_addr : counter; size 128; }
        Assert.Equal(
            "01000000" + "0e00010065646765616765" + "6e74000000" + "070002006d340000" + "0800030000000040" + "0800040000000007" + "0800050000000004" + "08000f0000000001"
            + "08000a0000000001" + "0c0009800800010000000080" + "0a000d00000402000000" + "0000",
            Convert.ToHexStringLower(Encoded.One(new CreateSet(Peers)).Payload));
    }

    [Fact]
    public void An_element_equals_the_one_that_nft_adds_up_to_the_number_of_the_set()
    {
        var builder = new ElementTable.Builder(Peers);
        builder.Add([10, 0, 0, 1], new CounterValue("p17"));
        Assert.Equal(
            "01000000" + "0e00010065646765616765" + "6e74000000" + "070002006d340000" + "1c000380" + "18000180" + "0c000180" + "080001000a000001" + "0800090070313700",
            Convert.ToHexStringLower(Encoded.One(new AddElements(Peers, builder.Build())).Payload));
    }

    [Fact]
    public void A_rule_is_its_expressions_in_order()
    {
        var rule = new ChainRule([new LoadPayload(PayloadBase.Network, 12, 4, new Register(0)), new CountByMap("m4", new Register(0)), new Decide(ChainVerdict.Accept)], "hi");
        Assert.Equal(
            "01000000" + "0e00010065646765616765" + "6e74000000" + "0800020073766300" + "0900070000036869" + "00000000"
            + "8c000480"
            + "34000180" + "0c0001007061796c6f616400" + "24000280" + "0800010000000001" + "0800020000000001" + "080003000000000c" + "0800040000000004"
            + "24000180" + "0b0001006f626a72656600" + "00" + "14000280" + "0800030000000001" + "070004006d340000"
            + "30000180" + "0e000100696d6d656469617465000000" + "1c000280" + "0800010000000000" + "10000280" + "0c000280" + "0800010000000001",
            Convert.ToHexStringLower(Encoded.One(new AppendRule("svc", rule)).Payload));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 5_000)]
    [InlineData(true, 5_000)]
    [InlineData(false, 100_000)]
    public void No_attribute_is_longer_than_its_length_can_say(bool intervals, int count)
    {
        var schema = Peers with { Intervals = intervals };
        var elements = Many(schema, count);
        foreach (var operation in new Operation[] { new AddElements(schema, elements), new DeleteElements(schema, elements) })
        {
            var messages = Encoded.Messages(Encoded.Batch(operation));
            var seen = 0;
            foreach (var bytes in messages)
            {
                var list = Encoded.Read(bytes).Attributes(4).Inside(3);
                while (list.MoveNext())
                    seen++;
                Assert.True(bytes.Length <= 65_535 + 100);
            }

            Assert.Equal(intervals ? 2 * count : count, seen);
            Assert.Equal(count > 2_000, messages.Count > 1);
        }
    }

    [Theory]
    [InlineData("00", "01")]
    [InlineData("00ff", "0100")]
    [InlineData("0affffff", "0b000000")]
    [InlineData("ffff", null)]
    public void The_end_of_a_range_is_the_next_key(string key, string? next)
    {
        var bytes = Convert.FromHexString(key);
        var after = new byte[bytes.Length];
        Assert.Equal(next is not null, ElementWriter.TryIncrement(bytes, after));
        if (next is not null)
            Assert.Equal(next, Convert.ToHexStringLower(after));
    }

    [Fact]
    public void Encoding_elements_allocates_nothing_for_each_once_the_memory_is_there()
    {
        uint sequence = 0;
        using var encoder = new BatchEncoder(() => ++sequence);
        var add = new AddElements(Peers, Many(Peers, 10_000));

        long Encode()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            encoder.Begin(null);
            encoder.Add(add);
            encoder.End();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Encode();
        Encode();
        // What is left is one closure for the operation.
        Assert.InRange(Encode(), 0, 512);
    }

    [Fact]
    public void A_refusal_is_described_by_operation_and_key()
    {
        uint sequence = 0;
        using var encoder = new BatchEncoder(() => ++sequence);
        var big = Many(Peers, 3);
        encoder.Begin(null);
        encoder.Add(new CreateCounter("c"));
        encoder.Add(new AddElements(Peers, big));
        encoder.Add(new CreateChain("x", null));
        encoder.End();

        Assert.Null(encoder.Describe(new Acknowledgement(1, Errno.ERESTART, null, null)));
        Assert.Equal("create counter c", encoder.Describe(new Acknowledgement(2, Errno.EEXIST, null, null)));
        Assert.Equal("add elements to m4", encoder.Describe(new Acknowledgement(3, Errno.ENOENT, null, null)));
        // Header 20, table 16, set 8, list 4: the first element begins at 48 and has 56 bytes.
        Assert.Equal("add element 0.0.0.0 to m4", encoder.Describe(new Acknowledgement(3, Errno.ENOENT, null, 48)));
        Assert.Equal("add element 0.0.0.0 to m4", encoder.Describe(new Acknowledgement(3, Errno.ENOENT, null, 97)));
        Assert.Equal("add element 0.0.0.16 to m4", encoder.Describe(new Acknowledgement(3, Errno.ENOENT, null, 48 + 56 + 56)));
        Assert.Equal("add elements to m4", encoder.Describe(new Acknowledgement(3, Errno.ENOENT, null, 100_000)));
        Assert.Equal("create chain x", encoder.Describe(new Acknowledgement(4, Errno.EEXIST, null, null)));
        Assert.Null(encoder.Describe(new Acknowledgement(99, Errno.EEXIST, null, null)));
    }
}
