using System.Buffers.Binary;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netlink.Tests;

public sealed class MessageWriterTests
{
    private delegate void Body(MessageWriter message);

    private static string Encode(Body body)
    {
        using var buffer = new MessageBuffer();
        using (var message = buffer.Begin(0x0a00, MessageFlags.Request | MessageFlags.Create, 7))
            body(message);
        return Convert.ToHexStringLower(buffer.Written);
    }

    [Fact]
    public void An_empty_message_is_its_header() =>
        Assert.Equal("10000000" + "000a" + "0104" + "07000000" + "00000000", Encode(static _ => { }));

    [Fact]
    public void A_table_message_equals_the_one_that_nft_sends()
    {
        // strace of: nft add table inet t
        using var buffer = new MessageBuffer();
        using (var message = buffer.Begin(0x0a00, MessageFlags.Request, 1))
        {
            message.Fixed(4)[0] = 1;
            message.PutString(1, "t");
            message.PutUInt32BigEndian(2, 0);
        }

        Assert.Equal("24000000000a01000100000000000000" + "01000000" + "0600010074000000" + "0800020000000000", Convert.ToHexStringLower(buffer.Written));
    }

    [Fact]
    public void Numbers_have_the_byte_order_of_their_method() =>
        Assert.Equal(
            Header(72) + "0500010009000000" + "0600020012340000" + "080003000102" + "0304" + "0c0004000102030405060708" + "0600050034120000" + "0800060004030201" + "04000700",
            Encode(static m =>
            {
                m.PutByte(1, 9);
                m.PutUInt16BigEndian(2, 0x1234);
                m.PutUInt32BigEndian(3, 0x01020304);
                m.PutUInt64BigEndian(4, 0x0102030405060708);
                m.PutUInt16(5, 0x1234);
                m.PutUInt32(6, 0x01020304);
                m.PutFlag(7);
            }));

    [Theory]
    [InlineData("", 24, "0500010000000000")]
    [InlineData("abc", 24, "0800010061626300")]
    [InlineData("abcd", 28, "090001006162636400000000")]
    [InlineData("é", 24, "07000100c3a90000")]
    public void Text_is_UTF8_with_a_NUL_and_padding(string text, int length, string attribute) =>
        Assert.Equal(Header(length) + attribute, Encode(m => m.PutString(1, text)));

    [Fact]
    public void Nested_attributes_carry_the_bit_and_the_length_of_what_they_hold() =>
        Assert.Equal(
            Header(44) + "1c000480" + "08000100" + "00000001" + "10000280" + "0500010061000000" + "04000380",
            Encode(static m =>
            {
                using (m.Nest(4))
                {
                    m.PutUInt32BigEndian(1, 1);
                    using (m.Nest(2))
                    {
                        m.PutByte(1, 0x61);
                        m.Nest(3).Dispose();
                    }
                }
            }));

    [Fact]
    public void Fixed_structures_are_zeroed_and_padded() =>
        Assert.Equal(Header(24) + "0102000000000000", Encode(static m =>
        {
            var header = m.Fixed(5);
            header[0] = 1;
            header[1] = 2;
            Assert.Equal(5, header.Length);
        }));

    [Fact]
    public void Memory_that_is_used_again_leaves_no_trace_in_padding()
    {
        using var buffer = new MessageBuffer();
        using (var first = buffer.Begin(1, 0, 1))
            first.Put(1, Enumerable.Repeat((byte)0xff, 64).ToArray());
        buffer.Clear();
        using (var second = buffer.Begin(1, 0, 1))
        {
            second.Fixed(4);
            second.PutByte(1, 1);
            second.PutString(2, "a");
            second.Nest(3).Dispose();
        }

        Assert.Equal("28000000010000000100000000000000" + "00000000" + "0500010001000000" + "0600020061000000" + "04000380", Convert.ToHexStringLower(buffer.Written));
    }

    [Fact]
    public void A_nested_attribute_beyond_16_bits_is_refused()
    {
        using var buffer = new MessageBuffer();
        var error = Assert.Throws<InvalidOperationException>(() =>
        {
            using var message = buffer.Begin(1, 0, 1);
            using var nested = message.Nest(1);
            message.Put(1, new byte[40_000]);
            message.Put(2, new byte[40_000]);
        });
        Assert.Contains("split", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attribute_beyond_16_bits_is_refused()
    {
        using var buffer = new MessageBuffer();
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            using var message = buffer.Begin(1, 0, 1);
            message.Put(1, new byte[65_532]);
        });
    }

    [Fact]
    public void Flags_and_sequence_can_be_set_afterwards()
    {
        using var buffer = new MessageBuffer();
        buffer.Begin(1, MessageFlags.Request, 1).Dispose();
        var second = buffer.Length;
        buffer.Begin(2, MessageFlags.Request, 2).Dispose();
        buffer.AddFlags(second, MessageFlags.Acknowledge);
        buffer.SetSequence(second, 0x01020304);
        Assert.Equal("10000000" + "0200" + "0500" + "04030201" + "00000000", Convert.ToHexStringLower(buffer.Written[second..]));
        Assert.Equal(2, buffer.MessageCount);
    }

    [Fact]
    public void Encoding_allocates_nothing_once_the_memory_is_there()
    {
        using var buffer = new MessageBuffer();
        Write(buffer, 2000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 10; round++)
        {
            buffer.Clear();
            Write(buffer, 2000);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Write(MessageBuffer buffer, int elements)
    {
        using var message = buffer.Begin(1, MessageFlags.Request, 1);
        message.PutString(2, "in-tcp-9080.4");
        using var list = message.Nest(3);
        for (var i = 0; i < elements; i++)
        {
            using var element = message.Nest(1);
            BinaryPrimitives.WriteInt32BigEndian(message.Reserve(1, 4), i);
            message.PutString(9, "policy");
        }
    }

    private static string Header(int length) => Convert.ToHexStringLower(BitConverter.GetBytes(length)) + "000a010407000000" + "00000000";
}
