using Grpc.Core;
using Grpc.Core.Internal;

namespace EdgeAgent.GrpcTests.Internals;

/// <summary>Timeouts, status messages and metadata as header text.</summary>
public sealed class EncodingTests
{
    [Theory]
    [InlineData(-5, "1n")]
    [InlineData(0, "1n")]
    [InlineData(1, "1u")]
    [InlineData(11, "2u")]
    [InlineData(10_000_000, "1000000u")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(999_999_991, "100000m")]
    [InlineData(long.MaxValue, "99999999H")]
    public void Timeout_takes_the_finest_unit_that_has_room(long ticks, string expected) =>
        Assert.Equal(expected, TimeoutEncoding.Encode(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void Timeout_read_is_never_shorter_than_written_and_hardly_longer()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var written = TimeSpan.FromTicks(random.NextInt64(1, 1L << random.Next(1, 62)));

            Assert.True(TimeoutEncoding.TryDecode(TimeoutEncoding.Encode(written), out var read), $"seed {seed}");
            Assert.True(read >= written && (read - written).Ticks <= Math.Max(10, written.Ticks / 1000), $"seed {seed}: {written} became {read}");
        }
    }

    [Theory]
    [InlineData("1n", 1)]
    [InlineData("100n", 1)]
    [InlineData("101n", 2)]
    [InlineData("7u", 70)]
    [InlineData("7m", 70_000)]
    [InlineData("7S", 70_000_000)]
    [InlineData("7M", 4_200_000_000)]
    [InlineData("99999999H", 3_599_999_964_000_000_000)]
    public void Timeout_units(string text, long ticks)
    {
        Assert.True(TimeoutEncoding.TryDecode(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Fact]
    public void Any_text_survives_a_status_message()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => (random.Next(5) switch
            {
                0 => new System.Text.Rune(random.Next(0x10000, 0x110000)),
                1 => new System.Text.Rune(random.Next(0x80, 0xd800)),
                2 => new System.Text.Rune('%'),
                _ => new System.Text.Rune(random.Next(0, 0x80)),
            }).ToString()));

            var encoded = PercentEncoding.Encode(text);

            Assert.True(encoded.All(c => c is >= ' ' and <= '~'), $"seed {seed}: {encoded}");
            Assert.True(text == PercentEncoding.Decode(encoded), $"seed {seed}: {text} became {encoded}");
        }
    }

    [Theory]
    [InlineData("100%", "100%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%ff", "\ufffd")]
    public void Bad_escapes_are_kept_as_they_came(string text, string expected) => Assert.Equal(expected, PercentEncoding.Decode(text));

    [Fact]
    public void Bytes_survive_as_metadata_with_and_without_padding_and_joined()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new byte[random.Next(10)]).ToList();
            values.ForEach(random.NextBytes);
            var header = string.Join(
                random.Next(2) == 0 ? "," : ", ",
                values.Select(value => random.Next(2) == 0 ? Convert.ToBase64String(value) : MetadataCodec.Format(new Metadata.Entry("k-bin", value))));

            Assert.True(MetadataCodec.IsValid("k-bin", header), $"seed {seed}: {header}");
            var read = new Metadata();
            MetadataCodec.Parse("K-Bin", header, read);

            Assert.Equal(values, read.GetAll("k-bin").Select(entry => entry.ValueBytes));
        }
    }

    [Fact]
    public void Reserved_names_are_no_metadata()
    {
        string[] reserved =
        [
            "te", "host", ":path", "grpc-status", "grpc-message", "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "content-type",
            "grpc-internal-encoding-request", "Content-Length", "Transfer-Encoding", "Content-Encoding",
        ];

        Assert.All(reserved, name => Assert.True(ProtocolHeaders.IsReserved(name), name));
        Assert.All(["grpc-status-details-bin", "user-agent", "tea", "authorization"], name => Assert.False(ProtocolHeaders.IsReserved(name), name));
    }
}
