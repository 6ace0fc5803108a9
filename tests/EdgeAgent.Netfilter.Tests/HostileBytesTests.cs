using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

/// <summary>Whatever comes over the socket, readers give a value, nothing, or the one error.</summary>
public sealed class HostileBytesTests
{
    private static readonly SetSchema Schema = new("s", SetKind.CounterMap, [KeyField.Ipv4Address]);

    private static readonly SetSchema Ranges = new("r", SetKind.VerdictMap, [KeyField.Port]) { Intervals = true };

    private static readonly Action<byte[]>[] Readers =
    [
        static m => TableCodec.Read(Encoded.Read(m)),
        static m => ChainCodec.TryModel(ChainCodec.Read(Encoded.Read(m)), out _),
        static m => RuleCodec.Read(Encoded.Read(m), out _),
        static m => ForeignRule.Read(Encoded.Read(m)),
        static m => SetCodec.Read(Encoded.Read(m), out _),
        static m => CounterCodec.TryRead(Encoded.Read(m), out _, out _, out _),
        static m => GenerationCodec.Read(Encoded.Read(m)),
        static m => FlowCodec.Read(Encoded.Read(m)),
        static m => LoggedPacketCodec.Read(Encoded.Read(m)),
        static m => new ChangeDetails().Add(Encoded.Read(m)),
        static m => Elements(Schema, m),
        static m => Elements(Ranges, m),
    ];

    private static void Elements(SetSchema schema, byte[] message)
    {
        var reader = new ElementReader(schema, new CounterNames());
        reader.Add(Encoded.Read(message));
        reader.Build(out _);
    }

    [Fact]
    public void Mutated_messages_are_read_or_refused()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var tables = new RandomTables(seed);
            var random = new Random(seed);
            var schema = tables.Schema();
            Operation[] operations =
            [
                new AppendRule("c", tables.Rule()), new CreateSet(schema), new CreateChain("c", tables.Hook()), new SetChainPolicy("c", true), new CreateCounter("c"), new CreateTable(true),
                new AddElements(schema, tables.Elements(schema, 5)), new AddElements(Schema, tables.Elements(Schema, 5)), new AddElements(Ranges, tables.Elements(Ranges, 5)),
            ];
            var messages = Encoded.Messages(Encoded.Batch(operations));
            var message = messages[random.Next(messages.Count)];
            for (var i = random.Next(1, 6); i > 0; i--)
                message[random.Next(16, message.Length)] = (byte)random.Next(256);
            ReadAll(message, seed);
        }
    }

    [Fact]
    public void Noise_is_read_or_refused()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var message = new byte[random.Next(16, 200)];
            random.NextBytes(message);
            for (var i = 20; i + 4 <= message.Length; i += 4)
            {
                if (random.Next(3) > 0)
                    (message[i], message[i + 1], message[i + 2], message[i + 3]) = ((byte)random.Next(4, 40), 0, (byte)random.Next(0, 12), (byte)(random.Next(2) * 0x80));
            }

            BitConverter.TryWriteBytes(message, message.Length);
            ReadAll(message, seed);
        }
    }

    private static void ReadAll(byte[] message, int seed)
    {
        for (var i = 0; i < Readers.Length; i++)
        {
            try
            {
                Readers[i](message);
            }
            catch (NetlinkException e)
            {
                Assert.Equal(Errno.EBADMSG, e.Errno);
            }
            catch (InvalidOperationException e) when (e.Message.Contains("overlaps another", StringComparison.Ordinal))
            {
                // Equal keys in one dump: the table reader starts again.
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, reader {i}: {e}");
            }
        }
    }
}
