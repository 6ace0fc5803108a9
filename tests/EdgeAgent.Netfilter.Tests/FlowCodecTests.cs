using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

public sealed class FlowCodecTests
{
    private delegate void Body(MessageWriter message);

    private static string Encode(Body body)
    {
        using var buffer = new MessageBuffer();
        using (var message = buffer.Begin(0x0102, 0, 1))
            body(message);
        return Convert.ToHexStringLower(buffer.Written[16..]);
    }

    private static Flow Flow(IpProtocol protocol) => new()
    {
        Original = new FlowTuple { Source = IpAddress.Parse("10.0.0.1"), Destination = IpAddress.Parse("10.0.0.2"), Protocol = protocol, SourcePort = protocol.HasPorts ? (ushort)40000 : (ushort)0, DestinationPort = protocol.HasPorts ? (ushort)80 : (ushort)0, IcmpIdentifier = 7, IcmpType = 8 },
        Reply = default,
        Status = 0,
        Id = 0x01020304,
        Zone = 5,
    };

    [Fact]
    public void A_flow_is_named_by_tuple_zone_and_id() => Assert.Equal(
        "34000180" + "14000180" + "080001000a000001" + "080002000a000002" + "1c000280" + "0500010006000000" + "060002009c400000" + "0600030000500000"
        + "0600120000050000" + "08000c0001020304",
        Encode(static m => FlowCodec.WriteReference(m, Flow(IpProtocol.Tcp))));

    [Fact]
    public void A_ping_is_named_by_identifier_type_and_code() => Assert.Contains(
        "24000280" + "0500010001000000" + "0600040000070000" + "0500050008000000" + "0500060000000000",
        Encode(static m => FlowCodec.WriteReference(m, Flow(IpProtocol.Icmp))), StringComparison.Ordinal);

    [Fact]
    public void A_filter_has_flags_for_the_fields_that_count() => Assert.Equal(
        "24000180" + "0c000180" + "080002000a000002" + "14000280" + "0500010006000000" + "0600030000500000"
        // Host byte order: destination 2, protocol 8, destination port 32.
        + "14001980" + "080001002a000000" + "0800020000000000",
        Encode(static m => FlowCodec.WriteFilter(m, new FlowFilter(IpFamily.V4) { Destination = IpAddress.Parse("10.0.0.2"), Protocol = IpProtocol.Tcp, DestinationPort = 80 })));

    [Fact]
    public void A_filter_may_ask_for_the_answering_side_and_for_marks() => Assert.Equal(
        "0800080040000000" + "0800150040000000"
        + "10000180" + "0c000280" + "0500010006000000"
        + "18000280" + "14000280" + "0500010006000000" + "0600020000500000"
        // Protocol 8; protocol 8 and source port 16.
        + "14001980" + "0800010008000000" + "0800020018000000",
        Encode(static m => FlowCodec.WriteFilter(m, new FlowFilter(IpFamily.V4) { Protocol = IpProtocol.Tcp, AnsweringPort = 80, Mark = 0x40000000 })));

    [Fact]
    public void A_filter_matches_what_it_says()
    {
        var flow = Flow(IpProtocol.Tcp);
        flow = flow with { Reply = flow.Original.Mirrored with { Source = IpAddress.Parse("10.0.0.3"), SourcePort = 8080 }, Mark = 0x41 };
        var tuple = flow.Original;
        Assert.True(new FlowFilter(IpFamily.V4) { Source = tuple.Source }.Matches(flow));
        Assert.True(new FlowFilter(IpFamily.V4) { Source = tuple.Source, Destination = tuple.Destination, Protocol = IpProtocol.Tcp, SourcePort = 40000, DestinationPort = 80 }.Matches(flow));
        Assert.True(new FlowFilter(null) { Answerer = IpAddress.Parse("10.0.0.3"), Protocol = IpProtocol.Tcp, AnsweringPort = 8080, Mark = 0x40 }.Matches(flow));
        Assert.False(new FlowFilter(IpFamily.V6) { Protocol = IpProtocol.Tcp }.Matches(flow));
        Assert.False(new FlowFilter(IpFamily.V4) { Source = tuple.Destination }.Matches(flow));
        Assert.False(new FlowFilter(IpFamily.V4) { Protocol = IpProtocol.Udp }.Matches(flow));
        Assert.False(new FlowFilter(IpFamily.V4) { Protocol = IpProtocol.Tcp, DestinationPort = 81 }.Matches(flow));
        Assert.False(new FlowFilter(IpFamily.V4) { Protocol = IpProtocol.Tcp, SourcePort = 1 }.Matches(flow));
        Assert.False(new FlowFilter(IpFamily.V4) { Answerer = tuple.Destination }.Matches(flow));
        Assert.False(new FlowFilter(null) { Protocol = IpProtocol.Tcp, AnsweringPort = 80 }.Matches(flow));
        Assert.False(new FlowFilter(null) { Mark = 0x42 }.Matches(flow));
    }
}
