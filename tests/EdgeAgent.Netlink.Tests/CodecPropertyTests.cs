using EdgeAgent.Netlink;

namespace EdgeAgent.Netlink.Tests;

public sealed class CodecPropertyTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            using var buffer = new MessageBuffer();
            var rows = Enumerable.Range(0, random.Next(1, 5)).Select(_ => AttributeTree.Row(random, 3)).ToArray();
            for (var i = 0; i < rows.Length; i++)
            {
                using var message = buffer.Begin((ushort)(16 + i), MessageFlags.Request, (uint)i + 1);
                message.Fixed(4)[0] = (byte)i;
                AttributeTree.Write(message, rows[i]);
            }

            var reader = new MessageReader(buffer.Written);
            for (var i = 0; i < rows.Length; i++)
            {
                Assert.True(reader.MoveNext(), $"seed {seed}: message {i} is missing");
                Assert.Equal((uint)i + 1, reader.Current.Sequence);
                Assert.Equal(16 + i, reader.Current.Type);
                Assert.Equal(i, reader.Current.Payload[0]);
                var read = AttributeTree.Describe(reader.Current.Attributes(4), rows[i]);
                Assert.True(AttributeTree.Describe(rows[i]) == read, $"seed {seed}: {AttributeTree.Describe(rows[i])} was read as {read}");
            }

            Assert.False(reader.MoveNext());
        }
    }

    [Fact]
    public void Hostile_bytes_are_read_or_refused_and_never_loop()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = random.Next(3) == 0 ? Noise(random) : Mutated(random);
            try
            {
                WalkMessages(bytes, seed);
            }
            catch (NetlinkException e)
            {
                Assert.Equal(Errno.EBADMSG, e.Errno);
            }
        }
    }

    [Fact]
    public void Every_prefix_of_a_good_datagram_is_read_or_refused()
    {
        var random = new Random(4);
        using var buffer = Datagram(random);
        for (var length = 0; length <= buffer.Length; length++)
        {
            try
            {
                WalkMessages(buffer.Written[..length].ToArray(), length);
            }
            catch (NetlinkException e)
            {
                Assert.Equal(Errno.EBADMSG, e.Errno);
            }
        }
    }

    private static void WalkMessages(byte[] bytes, int seed)
    {
        var reader = new MessageReader(bytes);
        var steps = 0;
        while (reader.MoveNext())
        {
            Assert.True(++steps <= bytes.Length, $"seed {seed}: more messages than bytes");
            var message = reader.Current;
            if (message.Type == NetlinkMessage.ErrorType)
                _ = Acknowledgement.Read(message);
            WalkAttributes(message.Attributes(4), 0, seed);
        }
    }

    private static void WalkAttributes(AttributeReader reader, int depth, int seed)
    {
        while (reader.MoveNext())
        {
            _ = reader.AsString();
            _ = reader.Value.Length switch
            {
                1 => reader.AsByte(),
                2 => reader.AsUInt16BigEndian(),
                4 => reader.AsUInt32BigEndian(),
                _ => reader.AsUInt64BigEndian(),
            };
            if (depth < 4)
                WalkAttributes(reader.Nested(), depth + 1, seed);
        }
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(0, 96)];
        random.NextBytes(bytes);
        // Small lengths make headers plausible.
        for (var i = 0; i + 4 <= bytes.Length && random.Next(4) > 0; i += 4)
            bytes[i + 1] = bytes[i + 2] = bytes[i + 3] = 0;
        return bytes;
    }

    private static byte[] Mutated(Random random)
    {
        using var buffer = Datagram(random);
        var bytes = buffer.Written.ToArray();
        for (var i = random.Next(1, 8); i > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes[..random.Next(bytes.Length + 1)];
    }

    private static MessageBuffer Datagram(Random random)
    {
        var buffer = new MessageBuffer();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            using var message = buffer.Begin((ushort)random.Next(1, 20), (MessageFlags)random.Next(0x400), 1);
            message.Fixed(4);
            AttributeTree.Write(message, AttributeTree.Row(random, 2));
        }

        return buffer;
    }
}
