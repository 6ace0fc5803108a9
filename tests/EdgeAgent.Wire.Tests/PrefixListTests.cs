using EdgeAgent.Contracts;
using Google.Protobuf;

namespace EdgeAgent.Wire.Tests;

public sealed class PrefixListTests
{
    [Fact]
    public void Canonical_lists_come_back()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var list = CidrSet.Canonical(new RandomMessages(new Random(seed)).Blocks(40));
            Assert.True(list.SequenceEqual(PrefixListCodec.Decode(PrefixListCodec.Encode(list))), $"seed {seed}: {string.Join(' ', list)}");
        }
    }

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("255.255.255.255/32")]
    [InlineData("::/0")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128")]
    [InlineData("::/128")]
    [InlineData("8000::/1")]
    public void The_edges_of_the_families_come_back(string block) =>
        Assert.Equal<IEnumerable<Cidr>>([Cidr.Parse(block)], PrefixListCodec.Decode(PrefixListCodec.Encode([Cidr.Parse(block)])));

    [Fact]
    public void A_fleet_of_neighbours_takes_two_bytes_a_host()
    {
        var fleet = Enumerable.Range(0, 10_000).Select(i => Cidr.Single(new(IpFamily.V4, 0x0a000001u + ((uint)i * 2))));
        var encoded = PrefixListCodec.Encode(fleet);
        Assert.InRange(encoded.V4.Length, 20_000, 20_004);
        Assert.Equal(0, encoded.V6.Length);
    }

    [Theory]
    [InlineData("21 00", "prefix length 33")]
    [InlineData("20", "the rest of a distance")]
    [InlineData("20 80", "the rest of a distance")]
    [InlineData("18 01", "bits beyond the prefix")]
    [InlineData("20 05 20 00", "not after the one before")]
    [InlineData("08 00 20 05", "not after the one before")]
    [InlineData("20 ff ff ff ff 0f 20 01", "beyond the family")]
    [InlineData("20 ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 7f", "more than 128 bits")]
    public void Bytes_that_are_no_list_say_why(string hex, string reason)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var error = Assert.Throws<WireFormatException>(() => PrefixListCodec.Decode(new() { V4 = ByteString.CopyFrom(bytes) }));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_give_an_ascending_list_or_a_reason()
    {
        var accepted = 0;
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(12)];
            random.NextBytes(bytes);
            foreach (ref var b in bytes.AsSpan())
                b = random.Next(2) == 0 ? b : (byte)random.Next(34);
            var wire = random.Next(2) == 0 ? new V1.PrefixList { V4 = ByteString.CopyFrom(bytes) } : new V1.PrefixList { V6 = ByteString.CopyFrom(bytes) };
            try
            {
                var list = PrefixListCodec.Decode(wire);
                accepted++;
                for (var i = 1; i < list.Length; i++)
                    Assert.True(list[i - 1].Last.CompareTo(list[i].Network) < 0, $"seed {seed}: {string.Join(' ', list)}");
                Assert.True(list.SequenceEqual(PrefixListCodec.Decode(PrefixListCodec.Encode(list))), $"seed {seed}");
            }
            catch (WireFormatException)
            {
                // Refused with a reason: what the property asks for.
            }
        }

        Assert.InRange(accepted, 1000, 19_000);
    }
}
