using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class NameBookTests
{
    private const string Db = "db.example.com";

    private static readonly NameBook.Question V4 = new(Db, IpFamily.V4), V6 = new(Db, IpFamily.V6);

    private readonly NameBook _book = new(new());

    [Fact]
    public void A_name_is_asked_for_both_families_and_again_when_the_answer_ceases_to_hold()
    {
        _book.Want([Db], ResolvedNames.None, At(0));
        Assert.Equal([V4, V6], _book.TakeDue(At(0)));
        Assert.Empty(_book.TakeDue(At(100)));
        Assert.False(_book.Table.Has(Db));
        _book.Answer(V4, Answer(60, "10.0.0.1"), "ns", At(1));
        Assert.False(_book.Table.Has(Db));
        _book.Answer(V6, Answer(30), "ns", At(1));
        Assert.Equal([IpAddress.Parse("10.0.0.1")], _book.Table.Of(Db));
        Assert.Equal(At(31), _book.Next);
        Assert.Equal([V6], _book.TakeDue(At(31)));
        Assert.Equal([V4], _book.TakeDue(At(61)));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(4, 5)]
    [InlineData(60, 60)]
    [InlineData(100_000, 3_600)]
    public void Times_to_live_are_bounded(int says, int holds)
    {
        Ask(Answer(says, "10.0.0.1"), At(0));
        Assert.Equal(At(holds), _book.Next);
    }

    [Fact]
    public void An_address_that_left_stays_until_the_old_answer_and_the_grace_are_over()
    {
        Ask(Answer(60, "10.0.0.1", "10.0.0.2"), At(0));
        _book.AskAll(At(10));
        _book.TakeDue(At(10));
        _book.Answer(V4, Answer(60, "10.0.0.2", "10.0.0.3"), "ns", At(10));
        Assert.Equal("[10.0.0.1, 10.0.0.2, 10.0.0.3]", _book.Table.Of(Db).ToString());
        _book.Expire(At(359), _ => false);
        Assert.Equal(3, _book.Table.Of(Db).Count);
        _book.Expire(At(360), address => address == IpAddress.Parse("10.0.0.1"));
        Assert.Equal(3, _book.Table.Of(Db).Count);
        _book.Expire(At(389), _ => false);
        Assert.Equal(3, _book.Table.Of(Db).Count);
        _book.Expire(At(390), _ => false);
        Assert.Equal("[10.0.0.2, 10.0.0.3]", _book.Table.Of(Db).ToString());
    }

    [Fact]
    public void An_address_that_comes_back_leaves_no_more()
    {
        Ask(Answer(5, "10.0.0.1"), At(0));
        Next(Answer(5, "10.0.0.2"), At(5));
        Next(Answer(5, "10.0.0.1"), At(10));
        _book.Expire(At(10_000), _ => false);
        Assert.Equal("[10.0.0.1]", _book.Table.Of(Db).ToString());
    }

    [Fact]
    public void While_nobody_answers_the_last_addresses_stay_and_the_waits_grow()
    {
        Ask(Answer(5, "10.0.0.1"), At(0));
        var waits = new List<double>();
        var now = At(5);
        for (var i = 0; i < 6; i++)
        {
            Assert.Contains(V4, _book.TakeDue(now));
            _book.Fail(V4, "SERVFAIL", now);
            var next = _book.Next!.Value;
            waits.Add((next - now).TotalSeconds);
            now = next;
        }

        Assert.Equal([5, 10, 20, 40, 60, 60], waits);
        _book.Expire(At(100_000), _ => false);
        Assert.Equal("[10.0.0.1]", _book.Table.Of(Db).ToString());
        Assert.Equal("cannot be resolved (SERVFAIL); the last addresses stay", Status().Problem);
        Next(Answer(60, "10.0.0.1"), now);
        Assert.Equal("", Status().Problem);
    }

    [Fact]
    public void Where_nothing_is_known_nothing_is_granted()
    {
        _book.Want([Db], ResolvedNames.None, At(0));
        foreach (var question in _book.TakeDue(At(0)))
            _book.Fail(question, "no answer", At(5));
        Assert.True(_book.Table.Has(Db));
        Assert.Empty(_book.Table.Of(Db));
        Assert.Equal("cannot be resolved (no answer); nothing is granted", Status().Problem);
    }

    [Fact]
    public void A_name_that_is_gone_grants_nothing_after_the_grace()
    {
        Ask(Answer(5, "10.0.0.1"), At(0));
        Next(new([], TimeSpan.FromSeconds(60), false), At(5));
        Assert.Equal("there is no such name", Status().Problem);
        Assert.Equal("[10.0.0.1]", _book.Table.Of(Db).ToString());
        _book.Expire(At(305), _ => false);
        Assert.Empty(_book.Table.Of(Db));
    }

    [Fact]
    public void What_is_known_from_before_stands_until_somebody_answers()
    {
        _book.Want([Db], ResolvedNames.Of([KeyValuePair.Create(Db, new[] { IpAddress.Parse("10.0.0.1"), IpAddress.Parse("fd00::1") }.AsEnumerable())]), At(0));
        _book.TakeDue(At(0));
        _book.Expire(At(1_000_000), _ => false);
        Assert.Equal(2, _book.Table.Of(Db).Count);
        Assert.Equal("names.cache", Status().Source);
        _book.Fail(V6, "no answer", At(1_000_000));
        _book.Answer(V4, Answer(60, "10.0.0.2"), "ns", At(1_000_000));
        _book.Expire(At(1_000_299), _ => false);
        Assert.Equal("[10.0.0.1, 10.0.0.2, fd00::1]", _book.Table.Of(Db).ToString());
        _book.Expire(At(1_000_300), _ => false);
        Assert.Equal("[10.0.0.2, fd00::1]", _book.Table.Of(Db).ToString());
    }

    [Fact]
    public void Special_addresses_are_left_out_and_said()
    {
        Ask(Answer(60, "10.0.0.1", "127.0.0.1", "169.254.169.254"), At(0));
        Assert.Equal("[10.0.0.1]", _book.Table.Of(Db).ToString());
        Assert.Contains("127.0.0.1 is not granted by name: loopback", Status().Problem, StringComparison.Ordinal);
        Assert.Contains("169.254.169.254 is not granted by name: link-local", Status().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_and_names_are_bounded()
    {
        var settings = new NameSettings { MostAddresses = 8, MostNames = 3 };
        var book = new NameBook(settings);
        book.Want(Enumerable.Range(0, 9).Select(i => $"{i}.example.com"), ResolvedNames.None, At(0));
        Assert.Equal(3, book.Names.Count);
        var question = book.TakeDue(At(0))[0];
        for (var round = 0; round < 20; round++)
        {
            book.Answer(question, Answer(5, [.. Enumerable.Range(0, 12).Select(i => $"10.0.{round}.{i}")]), "ns", At(round));
            book.Fail(question with { Family = IpFamily.V6 }, "no", At(round));
            Assert.True(book.Table.Of(question.Name).Count <= 16);
            Assert.True(book.Report(at => DateTimeOffset.UnixEpoch + at).All(status => status.Addresses.Count <= 32 && status.Leaving.Count <= 32));
        }

        Assert.Contains("12 addresses, of which the first 8 are granted", book.Report(at => DateTimeOffset.UnixEpoch + at).First().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_wanted_no_more_are_forgotten_also_when_an_answer_comes_late()
    {
        _book.Want([Db, "other.example.com"], ResolvedNames.None, At(0));
        _book.TakeDue(At(0));
        _book.Want(["other.example.com"], ResolvedNames.None, At(1));
        _book.Answer(V4, Answer(60, "10.0.0.1"), "ns", At(2));
        Assert.Equal(["other.example.com"], _book.Names);
        Assert.False(_book.Table.Has(Db));
    }

    [Fact]
    public void At_every_moment_the_addresses_are_those_of_recent_answers_and_no_others()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (book, settings, now) = (new NameBook(new()), new NameSettings(), At(0));
            var answers = new List<(TimeSpan At, TimeSpan Until, HashSet<IpAddress> Addresses)>();
            book.Want([Db], ResolvedNames.None, now);
            for (var step = 0; step < 60; step++)
            {
                now += TimeSpan.FromSeconds(random.Next(120));
                book.Expire(now, _ => false);
                if (!book.TakeDue(now).Contains(V4))
                    continue;
                if (random.Next(4) == 0)
                {
                    book.Fail(V4, "no", now);
                    continue;
                }

                var (life, addresses) = (random.Next(5, 200), Enumerable.Range(0, random.Next(4)).Select(_ => $"10.0.0.{random.Next(6)}").ToArray());
                book.Answer(V4, Answer(life, addresses), "ns", now);
                book.Fail(V6, "no", now);
                answers.Add((now, now + TimeSpan.FromSeconds(life), [.. addresses.Select(IpAddress.Parse)]));
                var granted = book.Table.Of(Db).ToHashSet();
                Assert.True(answers[^1].Addresses.IsSubsetOf(granted), $"seed {seed}, step {step}");

                // Each is in the newest answer, or was in one that the next took it out of, less than its life and the grace ago.
                Assert.All(granted, address => Assert.True(
                    answers[^1].Addresses.Contains(address) || answers.Zip(answers.Skip(1)).Any(pair => pair.First.Addresses.Contains(address) && !pair.Second.Addresses.Contains(address)
                        && now < (pair.Second.At > pair.First.Until ? pair.Second.At : pair.First.Until) + settings.Grace),
                    $"seed {seed}, step {step}: {address}"));
            }
        }
    }

    private NameStatus Status() => _book.Report(at => DateTimeOffset.UnixEpoch + at).Single();

    private void Ask(DnsAnswer answer, TimeSpan now)
    {
        _book.Want([Db], ResolvedNames.None, now);
        _book.TakeDue(now);
        _book.Answer(V4, answer, "ns", now);
        _book.Answer(V6, Answer(3_600), "ns", now);
    }

    private void Next(DnsAnswer answer, TimeSpan now)
    {
        Assert.Contains(V4, _book.TakeDue(now));
        _book.Answer(V4, answer, "ns", now);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static DnsAnswer Answer(int life, params string[] addresses) => new(addresses.Select(IpAddress.Parse).Distinct().Order().ToEquatableArray(), TimeSpan.FromSeconds(life), true);
}
