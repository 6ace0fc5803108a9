using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

/// <summary>ipset's messages byte by byte, and whatever comes back instead of them.</summary>
public sealed class IpSetCodecTests
{
    private static readonly SetSchema Addresses = new("EDGEAGENT-a~0", SetKind.Set, [KeyField.Ipv4Address]) { Size = 1 << 22 };
    private static readonly SetSchema Blocks = new("EDGEAGENT-b~0", SetKind.Set, [KeyField.Ipv6Address]) { Intervals = true, Size = 1 << 22 };

    private delegate void Body(MessageWriter message);

    [Fact]
    public void A_set_is_made_with_its_type_family_and_sizes() => Assert.Equal(
        "02000000" + "0500010006000000"
        + "12000200" + Text("EDGEAGENT-a~0") + "0c000300" + Text("hash:ip") + "0500040002000000" + "0500050002000000"
        + "14000780" + "08001240" + "00000400" + "08001340" + "00400000",
        Payload(m => IpSetCodec.WriteCreate(m, "EDGEAGENT-a~0", Addresses, 1000, withComments: false)));

    [Fact]
    public void A_member_is_an_address_and_of_a_block_its_length()
    {
        var one = new ElementTable.Builder(Addresses);
        one.Add([10, 0, 0, 9]);
        Assert.Equal("10000780" + "0c000180" + "08000140" + "0a000009", Payload(m => IpSetCodec.WriteMember(m, one.Build(), 0)));
        var block = new ElementTable.Builder(Blocks);
        byte[] first = [0xfd, .. new byte[15]];
        byte[] last = [0xfd, 0x0f, .. Enumerable.Repeat((byte)255, 14)];
        block.Add(first, last, null);
        Assert.Equal("24000780" + "18000180" + "14000240" + Convert.ToHexStringLower(first) + "05000300" + "0c000000", Payload(m => IpSetCodec.WriteMember(m, block.Build(), 0)));
    }

    [Fact]
    public void Members_are_read_as_they_were_written()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var schema = random.Next(2) == 0 ? Addresses : Blocks;
            var members = Members(schema, random);
            var read = new ElementTable.Builder(schema);
            Assert.True(IpSetCodec.ReadMembers(Encoded.Read(Listing(members)), schema, read));
            Assert.Equal(members, read.Build());
        }
    }

    [Fact]
    public void Altered_listings_are_read_or_refused()
    {
        var refused = 0;
        for (var seed = 0; seed < 4_000; seed++)
        {
            var random = new Random(seed);
            var schema = random.Next(2) == 0 ? Addresses : Blocks;
            var message = Listing(Members(schema, random));
            for (var i = random.Next(1, 6); i > 0; i--)
                message[random.Next(16, message.Length)] = (byte)random.Next(256);
            try
            {
                IpSetCodec.ReadHeader(Encoded.Read(message));
                IpSetCodec.ReadComment(Encoded.Read(message));
                IpSetCodec.ReadMembers(Encoded.Read(message), schema, new ElementTable.Builder(schema));
            }
            catch (NetlinkException e) when (e.Errno == Errno.EBADMSG)
            {
                refused++;
            }
        }

        Assert.True(refused > 500, $"{refused} refused");
    }

    [Theory]
    [InlineData(4352, "the set is full")]
    [InlineData(4100, "refers to the set")]
    [InlineData(4098, "no such type of set")]
    public void Errors_are_in_ipsets_words(int errno, string words) =>
        Assert.Contains(words, IpSetErrors.Explain(new("add 1 members to set s", (Errno)errno)).Message, StringComparison.Ordinal);

    private static ElementTable Members(SetSchema schema, Random random)
    {
        var builder = new ElementTable.Builder(schema);
        for (var i = 0; i < random.Next(1, 20); i++)
        {
            var first = new byte[schema.KeyLength];
            (first[0], first[1]) = ((byte)(i + 1), (byte)random.Next(256));
            var last = first.ToArray();
            if (schema.Intervals)
                last.AsSpan(random.Next(2, 16)).Fill(255);
            builder.Add(first, last, null);
        }

        return builder.Build();
    }

    private static byte[] Listing(ElementTable members) => Message(m =>
    {
        IpSetCodec.WriteStart(m, "s");
        m.PutString(IpSetMessage.Attribute.TypeName, "hash:net");
        m.PutByte(IpSetMessage.Attribute.Family, 10);
        using (m.Nest(IpSetMessage.Attribute.Data))
            IpSetCodec.PutNumber(m, IpSetMessage.SetData.MaxElements, 7);
        using var list = m.Nest(IpSetMessage.Attribute.Members);
        for (var i = 0; i < members.Count; i++)
            IpSetCodec.WriteMember(m, members, i);
    });

    private static string Payload(Body body)
    {
        var bytes = Message(body);
        return Convert.ToHexStringLower(bytes.AsSpan(NetlinkMessage.HeaderLength));
    }

    private static byte[] Message(Body body)
    {
        using var buffer = new MessageBuffer();
        using (var message = buffer.Begin(IpSetMessage.Create, MessageFlags.None, 1))
            body(message);
        return buffer.Written.ToArray();
    }

    private static string Text(string text) => Convert.ToHexStringLower([.. System.Text.Encoding.ASCII.GetBytes(text), 0]).PadRight(((text.Length + 4) / 4) * 8, '0');
}
