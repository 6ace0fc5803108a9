using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter.Tests;

public sealed class PacketHeadersTests
{
    private const string V4 = "4500001c00010000401100000a0000010a000002";
    private const string V4Options = "4600001c000100004011" + "00000a0000010a000002" + "01010101";
    private const string V4LaterFragment = "4500001c00010010401100000a0000010a000002";
    private const string V6 = "6000000000083a40" + "fd000000000000000000000000000001" + "fd000000000000000000000000000002";
    private const string Udp = "9c4000350008" + "0000";

    private static string? Read(string hex)
    {
        if (!PacketHeaders.TryRead(Convert.FromHexString(hex), out var h))
            return null;
        return h.Protocol.HasIcmpType ? $"{h.Protocol} {h.Source} {h.Destination} {h.IcmpType}/{h.IcmpCode}" : $"{h.Protocol} {h.Source}:{h.SourcePort} {h.Destination}:{h.DestinationPort}";
    }

    private static string WithNext(byte next) => V6.Remove(12, 2).Insert(12, next.ToString("x2"));

    [Fact]
    public void Ports_follow_the_header() => Assert.Equal("UDP 10.0.0.1:40000 10.0.0.2:53", Read(V4 + Udp));

    [Fact]
    public void Options_are_skipped() => Assert.Equal("UDP 10.0.0.1:40000 10.0.0.2:53", Read(V4Options + Udp));

    [Fact]
    public void Later_fragments_have_no_ports() => Assert.Equal("UDP 10.0.0.1:0 10.0.0.2:0", Read(V4LaterFragment + Udp));

    [Fact]
    public void What_is_cut_off_is_zero() => Assert.Equal("UDP 10.0.0.1:0 10.0.0.2:0", Read(V4 + "9c40"));

    [Fact]
    public void Icmp_has_type_and_code() => Assert.Equal("ICMPv6 fd00::1 fd00::2 1/4", Read(V6 + "0104"));

    [Fact]
    public void Extension_headers_are_skipped() =>
        Assert.Equal("TCP [fd00::1]:8080 [fd00::2]:443".Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal), Read(
            WithNext(0) + "3c00000000000000" + "2b01" + new string('0', 28) + "2c00000000000000" + "0600000000000001" + "1f9001bb"));

    [Fact]
    public void Later_fragments_of_IPv6_have_no_ports() => Assert.Equal("TCP fd00::1:0 fd00::2:0", Read(WithNext(44) + "0600000800000001" + "1f9001bb"));

    [Fact]
    public void A_chain_of_headers_that_ends_early_is_what_it_says() => Assert.Equal("TCP fd00::1:0 fd00::2:0", Read(WithNext(60) + "06ff000000000000"));

    [Theory]
    [InlineData("")]
    [InlineData("45")]
    [InlineData("4400001c00010000401100000a0000010a000002")]
    [InlineData("4500001c00010000401100000a0000010a0000")]
    [InlineData("6000000000083a40fd00")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void What_is_no_IP_packet_is_refused(string hex) => Assert.Null(Read(hex));

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        for (var seed = 0; seed < 50_000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(0, 120)];
            random.NextBytes(bytes);
            if (bytes.Length > 6)
            {
                bytes[0] = (byte)(random.Next(2) == 0 ? 0x40 | random.Next(16) : 0x60);
                bytes[6] = (byte)new[] { 0, 43, 44, 51, 60, 6, 58 }[random.Next(7)];
            }

            if (PacketHeaders.TryRead(bytes, out var headers))
                Assert.Equal(headers.Source.Family, headers.Destination.Family);
        }
    }
}
