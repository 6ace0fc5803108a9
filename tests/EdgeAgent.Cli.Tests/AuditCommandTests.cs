using System.Text.Json;
using System.Xml.Linq;
using EdgeAgent.Cli.Tests.Support;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Answers = EdgeAgent.Cli.Tests.Support.FakeControlPlane.Answers;

namespace EdgeAgent.Cli.Tests;

public sealed class AuditCommandTests
{
    private static readonly DateTimeOffset _begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string _digest = Contracts.Digest.Of("table").Hex;

    private static readonly AuditHead _head = new() { Log = "revisions", Number = 7, Hash = ByteString.CopyFrom([1, 2, 255]), Signature = ByteString.CopyFrom([9]) };

    [Fact]
    public async Task Verify_names_the_first_bad_row_of_each_log_and_exits_with_1()
    {
        VerifyAuditRequest? asked = null;
        var response = new VerifyAuditResponse { Heads = { _head }, PublicKey = ByteString.CopyFromUtf8("key") };
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            VerifyAudit = request =>
            {
                asked = request;
                return response;
            },
        });
        using var files = new TemporaryFiles();

        var sound = await CommandRun.Of("audit", "verify", "--server", server.Url, "-o", "json");
        Assert.Equal(0, sound.ExitCode);
        response.Findings.Add(new AuditFinding { Log = "revisions", Number = 3, What = "altered" });
        var broken = await CommandRun.Of("audit", "verify", "--server", server.Url, "--known", files.Write("noted.json", sound.Output));

        Assert.Equal(1, broken.ExitCode);
        Assert.Equal(["revisions     BROKEN, 7 rows, ends with 0102ff", "revisions, row 3: altered"], broken.Lines[..2]);
        Assert.Equal(("revisions", 7, _head.Hash), (asked!.Known.Single().Log, asked.Known.Single().Number, asked.Known.Single().Hash));
        var useless = await CommandRun.Of("audit", "verify", "--server", server.Url, "--known", files.Write("other.json", "{}"));
        Assert.Equal(2, useless.ExitCode);
        Assert.Contains("other.json", useless.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_as_JSON_has_each_hosts_timeline_and_its_share_of_realized_time()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { ExportAudit = _ => Records() });
        var run = await CommandRun.Of("audit", "export", "--server", server.Url, "--format", "json");

        Assert.Equal(0, run.ExitCode);
        using var document = JsonDocument.Parse(run.Output);
        var host = document.RootElement.GetProperty("hosts").EnumerateArray().Single();
        // Known for ten hours: one not realized, six realized, then a clock set back an hour, one hour realized, two not.
        Assert.Equal(70, host.GetProperty("realizedPercent").GetDouble());
        var timeline = host.GetProperty("timeline").EnumerateArray().ToList();
        Assert.Equal([1.0, 6, 0, 1, 2], timeline.Select(stretch => (stretch.GetProperty("to").GetDateTime() - stretch.GetProperty("from").GetDateTime()).TotalHours));
        Assert.Equal([1, 2, 2, 2, 3], timeline.Select(stretch => stretch.GetProperty("targetRevision").GetInt32()));
        Assert.Equal("nft flushed it", host.GetProperty("drift")[0].GetProperty("text").GetString());
        Assert.Equal("apiVersion: v1\nkind: New", document.RootElement.GetProperty("changes")[0].GetProperty("changes")[0].GetProperty("after").GetString());
        Assert.Equal("table", document.RootElement.GetProperty("rulesets")[0].GetProperty("proof").GetString());
        Assert.Equal("token created", document.RootElement.GetProperty("actions")[0].GetProperty("what").GetString());
        Assert.Equal("0102ff", document.RootElement.GetProperty("heads")[0].GetProperty("hash").GetString());
    }

    [Fact]
    public async Task Export_as_HTML_is_one_page_that_needs_nothing_else_and_trusts_no_text()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { ExportAudit = _ => Records("<script>alert(1)</script>") });
        using var files = new TemporaryFiles();
        var path = Path.Combine(files.Path, "report.html");
        var run = await CommandRun.Of("audit", "export", "--server", server.Url, "--format", "html", "--since", "30d", "--out", path);

        Assert.Equal(0, run.ExitCode);
        var page = File.ReadAllText(path);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        foreach (var expected in (string[])["&lt;script&gt;", "70.00 %", "nft flushed it", "inbound tcp/22", "<pre>table</pre>", _digest, "0102ff", "-kind: Old", "+kind: New", "token created", "@media print"])
            Assert.Contains(expected, page, StringComparison.Ordinal);
        // Every element is closed, and every link leads to a place in the page.
        var body = XDocument.Parse(page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)].Replace("<br>", "<br/>", StringComparison.Ordinal));
        var places = body.Descendants().Select(element => element.Attribute("id")?.Value).ToHashSet();
        Assert.All(body.Descendants("a"), link => Assert.Contains(link.Attribute("href")!.Value[1..], places));
    }

    [Fact]
    public async Task Export_as_CSV_quotes_and_holds_no_formula()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { ExportAudit = _ => Records("=1+1, \"two\"") });
        var run = await CommandRun.Of("audit", "export", "--server", server.Url, "--format", "csv");
        var rows = run.Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1 + 1 + 1 + 5 + 2, rows.Length);
        Assert.Contains("\"'=1+1, \"\"two\"\"\"", rows[1], StringComparison.Ordinal);
        Assert.Equal("2026-01-01T01:00:00.000000Z,transitions,2,default/a,Realized,,,2,2,,", rows[4][..rows[4].LastIndexOf(',')] + ",");
        Assert.StartsWith("2026-01-01T00:00:00.000000Z,actions,4,abc,token created,ada,", rows[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_of_broken_logs_says_so_and_exits_with_1()
    {
        var records = Records().ToList();
        records[0].Header.Findings.Add(new AuditFinding { Log = "transitions", Number = 4, What = "missing" });
        ExportAuditRequest? asked = null;
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            ExportAudit = request =>
            {
                asked = request;
                return records;
            },
        });
        var run = await CommandRun.Of("audit", "export", "--server", server.Url, "--format", "html", "--from", "2026-01-01", "--to", "2026-01-02T12:00:00Z");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["transitions, row 4: missing"], run.ErrorLines);
        Assert.Contains("transitions, row 4: missing", run.Output, StringComparison.Ordinal);
        Assert.Equal((_begin, _begin.AddHours(36)), (asked!.From.ToDateTimeOffset(), asked.To.ToDateTimeOffset()));
    }

    [Theory]
    [InlineData("--from", "yesterday")]
    [InlineData("--since", "30")]
    [InlineData("--since", "30d", "--from", "2026-01-01")]
    [InlineData("--format", "pdf")]
    public async Task Bad_options_are_bad_input(params string[] options)
    {
        var run = await CommandRun.Of(["audit", "export", "--server", "http://127.0.0.1:1", .. options, .. options.Contains("--format") ? (string[])[] : ["--format", "json"]]);
        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }

    [Fact]
    public async Task History_of_a_revision_shows_what_changed_in_its_documents()
    {
        HistoryRequest? asked = null;
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            History = request =>
            {
                asked = request;
                return new() { Revisions = { Change("why") } };
            },
        });
        var run = await CommandRun.Of("history", "2", "--server", server.Url);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal((3, 1, true), ((int)asked!.Before, asked.Limit, asked.WithDocuments));
        Assert.Equal(
            ["2026-01-01T01:00:00Z  revision 2 by ada: 1 changed (why)", "  changed Host default/a", "     apiVersion: v1", "    -kind: Old", "    +kind: New"],
            run.Lines);
        Assert.Equal(1, (await CommandRun.Of("history", "9", "--server", server.Url)).ExitCode);
    }

    [Fact]
    public async Task Of_documents_that_are_not_kept_any_more_the_digests_are_shown()
    {
        var digest = new string('a', 64);
        var entry = Change("why");
        (entry.Changes[0].Before, entry.Changes[0].BeforeDigest) = ("", digest);
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            History = _ => new() { Revisions = { entry } },
            ExportAudit = _ => [new() { Header = new() { From = entry.At, To = entry.At } }, new() { Change = entry }],
        });
        Assert.Equal([$"    -(not kept any more; SHA-256 {digest})", "    +apiVersion: v1", "    +kind: New"], (await CommandRun.Of("history", "2", "--server", server.Url)).Lines[2..]);
        Assert.Contains($"\"beforeDigest\": \"{digest}\"", (await CommandRun.Of("history", "--server", server.Url, "-o", "json")).Output, StringComparison.Ordinal);
        foreach (var format in (string[])["json", "html"])
            Assert.Contains(digest, (await CommandRun.Of("audit", "export", "--server", server.Url, "--format", format)).Output, StringComparison.Ordinal);
    }

    private static RevisionEntry Change(string note) => new()
    {
        Revision = 2,
        At = _begin.AddHours(1).ToTimestamp(),
        Author = "ada",
        Note = note,
        Changes = { new ResourceChange { Key = new() { Kind = "Host", Namespace = "default", Name = "a" }, Kind = ChangeKind.Changed, Before = "apiVersion: v1\nkind: Old", After = "apiVersion: v1\nkind: New" } },
    };

    private static IEnumerable<AuditRecord> Records(string note = "why")
    {
        yield return new() { Header = new() { From = _begin.AddHours(-1).ToTimestamp(), To = _begin.AddHours(10).ToTimestamp(), ServerVersion = "1", Revision = 3, Heads = { _head }, PublicKey = ByteString.CopyFromUtf8("key") } };
        yield return new() { Change = Change(note) };
        yield return new() { Action = new() { Number = 4, At = _begin.ToTimestamp(), Author = "ada", What = "token created", Subject = "abc", Text = note } };
        yield return Transition(1, 0, HostState.Applying, 1, 0);
        yield return Transition(2, 1, HostState.Realized, 2, 2);
        yield return Transition(3, 7, HostState.Disconnected, 2, 2);
        yield return Transition(4, 6, HostState.Realized, 2, 2);
        yield return Transition(5, 8, HostState.Failed, 3, 2);
        yield return new() { Observation = new() { Host = "default/a", Number = 1, At = _begin.AddHours(1).ToTimestamp(), Kind = ObservationKind.AlwaysOpen, Text = "inbound tcp/22\nloopback" } };
        yield return new() { Observation = new() { Host = "default/a", Number = 2, At = _begin.AddHours(2).ToTimestamp(), Kind = ObservationKind.Drift, Text = "nft flushed it" } };
        yield return new() { Ruleset = new() { Digest = _digest, Received = _begin.ToTimestamp(), Proof = "table", Full = "table { }" } };
    }

    private static AuditRecord Transition(long number, int hour, HostState state, long target, long realized) => new()
    {
        Transition = new()
        {
            Host = "default/a",
            Number = number,
            Transition = new() { At = _begin.AddHours(hour).ToTimestamp(), State = state, TargetRevision = target, RealizedRevision = realized, KernelDigest = _digest },
        },
    };
}
