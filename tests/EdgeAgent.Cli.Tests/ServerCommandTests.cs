using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Answers = EdgeAgent.Cli.Tests.Support.FakeControlPlane.Answers;

namespace EdgeAgent.Cli.Tests;

public sealed class ServerCommandTests
{
    private static readonly ResourceKey _key = new() { Kind = "NetworkPolicy", Namespace = "default", Name = "one" };

    [Fact]
    public async Task Apply_sends_all_documents_and_says_what_became_of_them()
    {
        ApplyRequest? sent = null;
        using var files = new TemporaryFiles();
        files.Write("a.yaml", "one");
        files.Write("b.yaml", "two");
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            Apply = request =>
            {
                sent = request;
                return new() { Accepted = true, Revision = 7, HostsTouched = 3, Changes = { new ResourceChange { Key = _key, Kind = ChangeKind.Created } } };
            },
        });

        var run = await CommandRun.With(new() { Input = "three", Environment = { ["USER"] = "ada" } }, "apply", "--server", server.Url, "-f", files.Path, "-", "--note", "why");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["created    NetworkPolicy default/one", "revision 7: 1 created; 3 hosts touched"], run.Lines);
        Assert.Equal([$"{files.Path}/a.yaml", $"{files.Path}/b.yaml", "<stdin>"], sent!.Documents.Select(document => document.Name));
        Assert.Equal(["one", "two", "three"], sent.Documents.Select(document => document.Content.ToStringUtf8()));
        Assert.Equal(("ada", "why"), (sent.Author, sent.Note));
    }

    [Theory]
    [InlineData("quarantine", ChangeKind.Changed)]
    [InlineData("release", ChangeKind.Changed)]
    public async Task Orders_are_given_with_author_and_note(string order, ChangeKind kind)
    {
        HostOrderRequest? sent = null;
        ApplyResponse Answer(HostOrderRequest request)
        {
            sent = request;
            return new() { Accepted = true, Revision = 9, HostsTouched = 1, Changes = { new ResourceChange { Key = new() { Kind = "Host", Namespace = "default", Name = "a" }, Kind = kind } } };
        }

        await using var server = await FakeControlPlane.StartAsync(order == "release" ? new Answers { Release = Answer } : new Answers { Quarantine = Answer });
        var run = await CommandRun.With(new() { Environment = { ["USER"] = "ada" } }, order, "default/a", "-m", "looks bad", "--server", server.Url);
        Assert.Equal((0, "revision 9: 1 changed; 1 host touched"), (run.ExitCode, run.Lines[^1]));
        Assert.Equal(("default/a", "ada", "looks bad"), (sent!.Host, sent.Author, sent.Note));
        Assert.Equal(2, (await CommandRun.Of(order, "--server", server.Url)).ExitCode);
    }

    [Fact]
    public async Task A_quarantine_is_shown_with_who_ordered_it_and_why()
    {
        var report = new HostReport
        {
            Status = new() { Namespace = "default", Name = "a", State = HostState.Realized },
            Quarantine = new() { Revision = 9, At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).ToTimestamp(), Author = "ada", Note = "looks bad" },
        };
        await using var server = await FakeControlPlane.StartAsync(new Answers { Status = _ => new() { Revision = 9, Hosts = { report } } });
        var table = await CommandRun.Of("status", "--server", server.Url);
        Assert.Contains("quarantined by ada at 2026-01-02T03:04:05Z (revision 9): looks bad", table.Lines[1], StringComparison.Ordinal);
        var run = await CommandRun.Of("status", "-o", "json", "--server", server.Url);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal("looks bad", json.RootElement.GetProperty("hosts")[0].GetProperty("quarantine").GetProperty("note").GetString());
    }

    [Theory]
    [InlineData("apply")]
    [InlineData("diff")]
    [InlineData("delete")]
    public async Task What_the_server_does_not_accept_is_bad_input_with_its_findings(string command)
    {
        var refusal = new ApplyResponse
        {
            Revision = 6,
            Diagnostics =
            {
                new Diagnostic { Severity = Severity.Warning, File = "x.yaml", Line = 1, Column = 2, Message = "doubtful" },
                new Diagnostic { Severity = Severity.Error, File = "x.yaml", Line = 3, Column = 4, Message = "is wrong; expected right", Resource = _key },
            },
        };
        await using var server = await FakeControlPlane.StartAsync(new Answers { Apply = _ => refusal, Diff = _ => refusal, Delete = _ => refusal });

        var run = await CommandRun.With(new() { Input = "x" }, command, "-f", "-", "--server", server.Url);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal(["x.yaml:1:2: warning: doubtful", "x.yaml:3:4: error: NetworkPolicy default/one: is wrong; expected right", "1 error; nothing was changed."], run.ErrorLines);
    }

    [Theory]
    [InlineData(ChangeKind.Changed, 1)]
    [InlineData(ChangeKind.Created, 1)]
    [InlineData(ChangeKind.Unchanged, 0)]
    public async Task Diff_is_exit_code_1_when_there_is_a_difference(ChangeKind kind, int exitCode)
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            Diff = _ => new() { Accepted = true, Revision = 7, Changes = { new ResourceChange { Key = _key, Kind = kind } } },
        });

        var run = await CommandRun.With(new() { Input = "x" }, "diff", "-f", "-", "--server", server.Url);
        var json = await CommandRun.With(new() { Input = "x" }, "diff", "-f", "-", "-o", "json", "--server", server.Url);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(exitCode == 0, run.Output.Length == 0);
        Assert.Equal(exitCode, json.ExitCode);
        using var answer = JsonDocument.Parse(json.Output);
        Assert.Equal(kind.ToString().ToLowerInvariant(), answer.RootElement.GetProperty("changes")[0].GetProperty("change").GetString());
    }

    [Fact]
    public async Task More_than_a_request_may_carry_is_refused_before_it_is_sent()
    {
        var run = await CommandRun.With(new() { Input = new string(' ', (4 * 1024 * 1024) + 1) }, "apply", "-f", "-", "--server", "http://127.0.0.1:1");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("expected at most 4194304 at once", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.PermissionDenied, 3)]
    [InlineData(StatusCode.Unauthenticated, 3)]
    [InlineData(StatusCode.Internal, 3)]
    [InlineData(StatusCode.ResourceExhausted, 3)]
    [InlineData(StatusCode.InvalidArgument, 2)]
    [InlineData(StatusCode.NotFound, 1)]
    public async Task A_refusal_says_why_and_its_exit_code_who_must_act(StatusCode status, int exitCode)
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { History = _ => throw new RpcException(new(status, "the reason")) });

        var run = await CommandRun.Of("history", "--server", server.Url);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("the reason", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_lists_policies_with_their_realization_and_warnings()
    {
        var host = new Resource { Key = new() { Kind = "Host", Namespace = "default", Name = "h" }, Yaml = "kind: Host", Revision = 1 };
        var policy = new Resource { Key = _key, Yaml = "kind: NetworkPolicy\nspec: {order: 010, enabled: yes, text: \"1\"}\n", Revision = 2, Warnings = { new Diagnostic { Severity = Severity.Warning, Message = "selects no host" } } };
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            List = request => new() { Revision = 2, Resources = { new[] { host, policy }.Where(resource => request.Kind.Length == 0 || request.Kind == resource.Key.Kind) } },
            PolicyStatus = _ => new() { Policies = { new PolicyRealization { Key = _key, Span = 12, Realized = 11, Missing = { "default/h" } } } },
        });

        var table = await CommandRun.Of("get", "policy", "--server", server.Url);
        var json = await CommandRun.Of("get", "netpol", "-o", "json", "--server", server.Url);
        var yaml = await CommandRun.Of("get", "all", "-o", "yaml", "--server", server.Url);

        Assert.Equal(["NetworkPolicy", "default", "one", "2", "11 of 12 hosts", "selects no host"], System.Text.RegularExpressions.Regex.Split(Assert.Single(table.Lines[1..]), " {2,}"));
        using var answer = JsonDocument.Parse(json.Output);
        var resource = answer.RootElement[0];
        Assert.Equal("NetworkPolicy default/one", $"{resource.GetProperty("kind")} {resource.GetProperty("namespace")}/{resource.GetProperty("name")}");
        Assert.Equal("default/h", resource.GetProperty("hosts").GetProperty("missing")[0].GetString());
        Assert.Equal("""{"order":8,"enabled":true,"text":"1"}""", JsonSerializer.Serialize(resource.GetProperty("manifest").GetProperty("spec")));
        Assert.Equal("kind: Host\n---\nkind: NetworkPolicy\nspec: {order: 010, enabled: yes, text: \"1\"}\n", yaml.Output);
    }

    [Theory]
    [InlineData("host", "h", null, "Host default/h")]
    [InlineData("Hosts", "vm/h", null, "Host vm/h")]
    [InlineData("netpol", "h", "vm", "NetworkPolicy vm/h")]
    [InlineData("namespaces", "h", null, "Namespace h")]
    [InlineData("bookendpolicies.edgeagent.io", "h", null, "BookendPolicy default/h")]
    public async Task Get_of_one_asks_for_its_key(string kind, string name, string? space, string asked)
    {
        ResourceKey? key = null;
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            Get = request =>
            {
                key = request.Key;
                throw new RpcException(new(StatusCode.NotFound, "none"));
            },
        });

        var run = await CommandRun.Of([.. new[] { "get", kind, name, "--server", server.Url }, .. space is null ? Array.Empty<string>() : ["-n", space]]);

        Assert.Equal(asked, $"{key!.Kind} {(key.Namespace.Length > 0 ? $"{key.Namespace}/" : "")}{key.Name}");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("there is no", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_connectivity_asks_each_probe_and_keeps_their_order()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            Explain = request => new()
            {
                Verdict = request.Port % 2 == 0 ? Decision.Allow : Decision.Deny,
                Egress = new() { Verdict = Decision.Allow },
                Ingress = new() { Verdict = request.Port % 2 == 0 ? Decision.Allow : Decision.Deny, Policy = "NetworkPolicy default/one", Rule = "ingress[0]" },
            },
        });
        var ports = Enumerable.Range(1, 500).ToList();

        var run = await CommandRun.With(
            new() { Input = string.Join('\n', ports.Select(port => $$"""{"from":"a/b","to":"c/d","protocol":"UDP","port":{{port}}}""")) },
            "connectivity", "--probes", "-", "-o", "json", "--server", server.Url);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            ports.Select(port => $$$"""{"from":"a/b","to":"c/d","protocol":"UDP","port":{{{port}}},"verdict":"{{{(port % 2 == 0 ? "allow" : "deny")}}}","egress":{"verdict":"allow","policy":"","rule":""},"ingress":{"verdict":"{{{(port % 2 == 0 ? "allow" : "deny")}}}","policy":"NetworkPolicy default/one","rule":"ingress[0]"}}"""),
            run.Lines);
    }

    [Fact]
    public async Task Live_explain_is_exit_code_1_for_denied_and_2_for_what_has_no_answer()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            Explain = request => request.From == "a/x"
                ? new() { Error = "there is no host 'a/x'; expected namespace/name" }
                : new() { Verdict = Decision.Deny, Egress = new() { Verdict = Decision.Allow }, Ingress = new() { Verdict = Decision.Deny, Policy = "NetworkPolicy c/p", Others = { "NetworkPolicy c/q: because" } } },
        });

        var denied = await CommandRun.Of("explain", "a/b", "c/d", "TCP/80", "--server", server.Url);
        var unknown = await CommandRun.Of("explain", "a/x", "c/d", "TCP/80", "--server", server.Url);

        Assert.Equal(1, denied.ExitCode);
        Assert.Contains("ingress of c/d: deny, end of NetworkPolicy c/p", denied.Output, StringComparison.Ordinal);
        Assert.Contains("    NetworkPolicy c/q: because", denied.Output, StringComparison.Ordinal);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("there is no host 'a/x'", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_without_follow_end_with_the_newest_revision()
    {
        RevisionEntry Entry(long revision) => new() { Revision = revision, At = Timestamp.FromDateTime(DateTime.UnixEpoch), Author = "ada", Note = "n", Changes = { new ResourceChange { Key = _key, Kind = ChangeKind.Deleted } } };
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            History = _ => new() { Revisions = { Entry(3) } },
            Watch = request => new[] { 1L, 2, 3 }.Where(revision => revision >= request.FromRevision).Select(Entry),
        });

        var text = await CommandRun.Of("events", "--server", server.Url);
        var json = await CommandRun.Of("events", "--from", "3", "-o", "json", "--server", server.Url);

        Assert.Equal(3, text.Lines.Length);
        Assert.Equal("1970-01-01T00:00:00Z  revision 1 by ada: 1 deleted (n)", text.Lines[0]);
        Assert.Equal("""{"revision":3,"at":"1970-01-01T00:00:00Z","author":"ada","note":"n","changes":[{"change":"deleted","kind":"NetworkPolicy","namespace":"default","name":"one"}]}""", Assert.Single(json.Lines));
    }

    [Fact]
    public async Task Following_goes_on_until_it_is_interrupted()
    {
        using var interrupted = new CancellationTokenSource();
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            History = _ => new(),
            Watch = request =>
            {
                interrupted.CancelAfter(TimeSpan.FromMilliseconds(300));
                return [new() { Revision = request.FromRevision, At = Timestamp.FromDateTime(DateTime.UnixEpoch), Author = "ada" }];
            },
        });

        var run = await CommandRun.With(new() { Cancellation = interrupted.Token }, "events", "--follow", "--server", server.Url);

        Assert.Equal(130, run.ExitCode);
        Assert.Contains("revision 1 by ada", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_says_how_many_were_told_and_none_is_a_negative_answer()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { Retry = request => new() { Hosts = request.Host.Length > 0 ? 1 : 0 } });

        var one = await CommandRun.Of("retry", "default/h", "--server", server.Url);
        var none = await CommandRun.Of("retry", "--server", server.Url);

        Assert.Equal((0, "1 host told to try again\n"), (one.ExitCode, one.Output));
        Assert.Equal(1, none.ExitCode);
    }
}
