using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

/// <summary>Tables of x_tables as blocks of bytes: what we write we read the same, and whatever else comes is a value or the one error.</summary>
public sealed class TableImageTests
{
    public static TheoryData<IpFamily> Families => [IpFamily.V4, IpFamily.V6];

    [Fact]
    public void A_rule_lies_as_the_kernel_has_it()
    {
        var rule = new FilterRule(
            new() { Protocol = IpProtocol.Tcp, Source = Cidr.Parse("10.1.0.0/16"), InputInterface = new("lo") },
            [new PortMatch(false, [PortRange.Single(80), new(8000, 8080)])],
            VerdictTarget.Drop,
            "hello");
        var bytes = RuleEntryCodec.Write(rule, EntryLayout.V4, static _ => 0).Bytes.ToArray();
        Assert.Equal(
            "0a010000" + "00000000" + "ffff0000" + "00000000"                       // source, destination, masks
            + "6c6f" + Zeros(14) + Zeros(16) + "ffffff" + Zeros(13) + Zeros(16)     // interfaces, masks
            + "0600" + "00" + "00" + Zeros(4)                                       // protocol, flags, inverted, cache
            + "e001" + "0802" + Zeros(4) + Zeros(16)                                // target at 480, next at 520
            + "5000" + Hex("multiport", 29) + "01"
            + "01" + "03" + "5000" + "401f" + "901f" + Zeros(24) + "000100" + Zeros(12) + "00"
            + "2001" + Hex("comment", 29) + "00" + Hex("hello", 256)
            + "2800" + Zeros(29) + "00" + "ffffffff" + Zeros(4),
            Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Matches_and_targets_lie_as_the_kernel_has_them()
    {
        Assert.Equal("c800" + Hex("conntrack", 29) + "03" + Zeros(146) + "0100" + "0000" + "0600" + Zeros(16), Match(new StateMatch(ConntrackStates.Established | ConntrackStates.Related)));
        Assert.Equal("3000" + Hex("connmark", 29) + "01" + "00000040" + "00000040" + "00" + Zeros(7), Match(new MarkMatch(0x4000_0000)));
        Assert.Equal("2800" + Hex("icmp", 29) + "00" + "08" + "0001" + "00" + Zeros(4), Match(new IcmpTypeMatch(8, 0, 1)));
        Assert.Equal("5000" + Hex("set", 29) + "04" + "0700" + "01" + "03" + Zeros(44), Match(new SetMatch("s", true, true)));
        Assert.Equal("4800" + Hex("limit", 29) + "00" + "f4010000" + "32000000" + Zeros(32), Match(new RateMatch(20, 50)));
        var log = RuleEntryCodec.Write(new(FilterHeader.Any, [], new LogTarget(4242, "in deny a/b", 96, 32)), EntryLayout.V6, static _ => 0).Bytes.Span[168..];
        Assert.Equal("7000" + Hex("NFLOG", 29) + "00" + "60000000" + "9210" + "2000" + "0100" + "0000" + Hex("in deny a/b", 64) + Zeros(4), Convert.ToHexStringLower(log));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Rules_are_read_as_they_were_written(IpFamily family)
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var layout = EntryLayout.Of(family);
            var rule = RandomRules.Next(new Random(seed), family);
            var entry = RuleEntryCodec.Write(rule, layout, static set => ushort.Parse(set, System.Globalization.CultureInfo.InvariantCulture));
            var read = RuleEntryCodec.Read(entry, layout, static number => $"{number}", out var strange);
            Assert.True(rule == read, $"seed {seed}: {FilterRuleText.Of(rule, family)} was read as {(read is null ? strange : FilterRuleText.Of(read, family))}");
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_table_is_read_as_it_was_written_and_others_keep_their_bytes(IpFamily family)
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var (theirs, bytes) = Written(RandomRules.Image(random, family));
            var read = TableImage.Read(EntryLayout.Of(family), theirs, bytes);
            Assert.Equal(bytes, read.Write().Bytes);

            var ours = RandomRules.Chains(random, family);
            var (info, replaced) = Written(OurChains.Replace(read, ours, static set => ushort.Parse(set, System.Globalization.CultureInfo.InvariantCulture)));
            var again = TableImage.Read(EntryLayout.Of(family), info, replaced);
            Assert.Equal(ours, OurChains.Read(again, static number => $"{number}", []));
            Assert.Equal(bytes, OurChains.Replace(again, FilterTable.Empty, static _ => 0).Write().Bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Altered_tables_are_read_or_refused(IpFamily family)
    {
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < 4_000; seed++)
        {
            var random = new Random(seed);
            var (info, bytes) = Written(OurChains.Replace(RandomRules.Image(random, family), RandomRules.Chains(random, family), static set => ushort.Parse(set, System.Globalization.CultureInfo.InvariantCulture)));
            for (var i = random.Next(1, 6); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                var image = TableImage.Read(EntryLayout.Of(family), info, random.Next(4) == 0 ? bytes.AsMemory(0, random.Next(bytes.Length)) : bytes);
                OurChains.Read(image, static number => $"{number}", []);
                _ = OurChains.Shadows(image, forward: true).Count();
                image.Write();
                read++;
            }
            catch (NetlinkException e) when (e.Errno is Errno.EBADMSG or Errno.EBUSY)
            {
                refused++;
            }
        }

        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    private static (TableInfo Info, byte[] Bytes) Written(TableImage image)
    {
        var (info, bytes, _) = image.Write();
        return (info, bytes);
    }

    private static string Match(FilterMatch match) => Convert.ToHexStringLower(MatchCodec.Write(match, IpFamily.V4, static _ => 7, 4));

    private static string Zeros(int bytes) => new('0', bytes * 2);

    private static string Hex(string text, int length) => Convert.ToHexStringLower([.. System.Text.Encoding.ASCII.GetBytes(text), .. new byte[length - text.Length]]);
}
