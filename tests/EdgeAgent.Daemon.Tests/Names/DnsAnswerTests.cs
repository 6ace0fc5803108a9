using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

/// <summary>What is read of answers, and that no bytes lead to anything but an answer or the one error.</summary>
public sealed class DnsAnswerTests
{
    private static readonly DnsQuery Query = new(4711, "db.example.com", RecordType.A);

    [Fact]
    public void A_question_is_one_name_recursion_and_the_size_of_datagrams()
    {
        Assert.Equal(
            [0x12, 0x67, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, (byte)'d', (byte)'b', 3, (byte)'c', (byte)'o', (byte)'m', 0, 0, 28, 0, 1, 0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0],
            new DnsQuery(4711, "db.com", RecordType.Aaaa).ToMessage(extended: true));
        Assert.Equal(0, new DnsQuery(4711, "db.com", RecordType.Aaaa).ToMessage(extended: false)[11]);
    }

    [Fact]
    public void Addresses_are_sorted_and_the_shortest_life_counts()
    {
        var message = new Message(4711, "db.example.com", Message.A, answers: 3)
            .Record("db.example.com", Message.A, 300, [10, 0, 0, 9]).Record("DB.Example.com", Message.A, 60, [10, 0, 0, 1]).Record("db.example.com", Message.A, 90, [10, 0, 0, 9]).Bytes;
        Assert.True(DnsAnswer.Belongs(message, Query));
        Assert.Equal(new([IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.0.0.9")], TimeSpan.FromSeconds(60), true), DnsAnswer.Read(message, Query));
    }

    [Fact]
    public void Aliases_are_followed_in_any_order_and_count_for_the_life()
    {
        var message = new Message(4711, "db.example.com", Message.A, answers: 4)
            .Alias("b.example.net", "c.example.net", 20).Record("c.example.net", Message.A, 300, [10, 0, 0, 1]).Alias("db.example.com", "b.example.net", 40)
            .Record("other.example.net", Message.A, 1, [10, 0, 0, 66]).Bytes;
        Assert.Equal(new([IpAddress.Parse("10.0.0.1")], TimeSpan.FromSeconds(20), true), DnsAnswer.Read(message, Query));
    }

    [Fact]
    public void Records_that_do_not_lead_from_the_question_are_left_aside()
    {
        var message = new Message(4711, "db.example.com", Message.A, answers: 3)
            .Record("evil.example.com", Message.A, 300, [10, 0, 0, 66]).Alias("evil.example.com", "db.example.com", 20).Record("db.example.com", Message.Aaaa, 300, new byte[16]).Bytes;
        Assert.Equal(new([], TimeSpan.FromMinutes(1), true), DnsAnswer.Read(message, Query));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    public void Negative_answers_hold_as_long_as_the_zone_says(int code, bool isName)
    {
        var message = new Message(4711, "db.example.com", Message.A, code, authorities: 1).Start(77).Bytes;
        Assert.Equal(new([], TimeSpan.FromSeconds(77), isName), DnsAnswer.Read(message, Query));
    }

    [Theory]
    [InlineData(1, "FORMERR")]
    [InlineData(2, "SERVFAIL")]
    [InlineData(4, "NOTIMP")]
    [InlineData(5, "REFUSED")]
    [InlineData(9, "error 9")]
    public void Servers_that_cannot_answer_are_errors(int code, string said) =>
        Assert.Contains(said, Assert.Throws<DnsException>(() => DnsAnswer.Read(new Message(4711, "db.example.com", Message.A, code).Bytes, Query)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_server_that_only_knows_its_own_zones_is_no_proof_that_there_is_nothing() =>
        Assert.Throws<DnsException>(() => DnsAnswer.Read(new Message(4711, "db.example.com", Message.A, flags: 0x8000).Bytes, Query));

    [Fact]
    public void Answers_to_other_questions_do_not_belong()
    {
        foreach (var other in new[]
        {
            new Message(4712, "db.example.com", Message.A), new Message(4711, "dc.example.com", Message.A), new Message(4711, "db.example.com", Message.Aaaa),
            new Message(4711, "db.example.com", Message.A, flags: 0x0180), new Message(4711, "db.example.com", Message.A, flags: 0x8980), new Message(4711, "", 0, questions: 0),
        })
            Assert.False(DnsAnswer.Belongs(other.Bytes, Query));
        Assert.True(DnsAnswer.Belongs(new Message(4711, "DB.example.COM", Message.A).Bytes, Query));
        Assert.True(DnsAnswer.Belongs(new Message(4711, "", 0, code: 1, questions: 0).Bytes, Query));
    }

    [Fact]
    public void Names_that_go_round_or_leave_the_message_are_refused()
    {
        var start = new Message(4711, "db.example.com", Message.A, answers: 1);
        var at = start.Length;
        byte[][] names =
        [
            [0xC0, (byte)at], [0xC0, (byte)(at + 2)], [0xFF, 0xFF], [0xC0], [0x40, 1], [63, 1, 2], [1, (byte)'a', 0xC0, (byte)at], [],
        ];
        foreach (var name in names)
            Assert.Throws<DnsException>(() => DnsAnswer.Read(new Message(4711, "db.example.com", Message.A, answers: 1).Raw(name).Bytes, Query));
        var lengthy = new Message(4711, "db.example.com", Message.A, answers: 1).Name(string.Join('.', Enumerable.Repeat(new string('a', 60), 5)));
        Assert.Throws<DnsException>(() => DnsAnswer.Read(lengthy.Bytes, Query));
        var chain = new Message(4711, "db.example.com", Message.A, answers: 30).Alias("db.example.com", "0.x", 1);
        for (var i = 0; i < 29; i++)
            chain.Alias($"{i}.x", $"{i + 1}.x", 1);
        Assert.Contains("follow each other", Assert.Throws<DnsException>(() => DnsAnswer.Read(chain.Bytes, Query)).Message, StringComparison.Ordinal);
        var round = new Message(4711, "db.example.com", Message.A, answers: 2).Alias("db.example.com", "a.x", 1).Alias("a.x", "db.example.com", 1);
        Assert.Throws<DnsException>(() => DnsAnswer.Read(round.Bytes, Query));
    }

    [Fact]
    public void Compressed_names_are_read()
    {
        var message = new Message(4711, "db.example.com", Message.A, answers: 1).Raw(0xC0, 12).Number(Message.A).Number(1).Number32(9).Number(4).Raw(10, 0, 0, 1).Bytes;
        Assert.Equal([IpAddress.Parse("10.0.0.1")], DnsAnswer.Read(message, Query).Addresses);
    }

    [Fact]
    public void Whatever_bytes_come_there_is_an_answer_or_the_one_error()
    {
        var good = new Message(4711, "db.example.com", Message.A, answers: 3, authorities: 1)
            .Alias("db.example.com", "b.example.net", 40).Raw(0xC0, 12).Number(Message.A).Number(1).Number32(9).Number(4).Raw(10, 0, 0, 1)
            .Record("b.example.net", Message.A, 300, [10, 0, 0, 2]).Start(9).Bytes;
        var (answers, errors) = (0, 0);
        for (var seed = 0; seed < 60_000; seed++)
        {
            var random = new Random(seed);
            var bytes = random.Next(10) == 0 ? new byte[random.Next(600)] : (byte[])good.Clone();
            if (bytes.Length != good.Length)
                random.NextBytes(bytes);
            for (var i = random.Next(6); i > 0 && bytes.Length > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = bytes[..(random.Next(3) == 0 ? random.Next(bytes.Length + 1) : bytes.Length)];
            try
            {
                if (DnsAnswer.Belongs(bytes, Query) && !DnsAnswer.IsTruncated(bytes) && !DnsAnswer.IsPuzzled(bytes))
                    Assert.All(DnsAnswer.Read(bytes, Query).Addresses, address => Assert.Equal(IpFamily.V4, address.Family));
                answers++;
            }
            catch (DnsException)
            {
                errors++;
            }
        }

        Assert.True(answers > 1000 && errors > 1000, $"{answers} answers, {errors} errors");
    }
}
