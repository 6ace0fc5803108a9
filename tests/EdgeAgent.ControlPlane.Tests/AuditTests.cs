using System.IO.Compression;
using System.Text;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Digest = EdgeAgent.Contracts.Digest;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>The evidence, over the real protocol.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task Every_change_transition_and_observation_is_exported_with_the_rulesets()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Policy("p", "a", "b"), "first");
        await server.AcceptAsync(Yaml.Policy("p", "a", "b", 8080), "second");
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.1", ("app", "b")));
        await agent.SyncAsync(3);
        const string text = "table inet edgeagent {\n}\n";
        var digest = Digest.Of(text);
        var drift = new DriftEvent { At = DateTimeOffset.UtcNow.ToTimestamp(), ProcessId = 42, ProcessName = "nft", What = "- a rule", Repaired = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(7)) };
        for (var i = 0; i < 3; i++)
            await agent.SendAsync(new() { Status = Report(agent, digest.Hex, drift) });
        await Eventually.HoldsAsync(() => agent.Count(ServerMessage.MessageOneofCase.Command) > 0, "asked for the ruleset");
        Assert.Equal(digest.Hex, agent.Messages.Single(message => message.Command?.SendRuleset is not null).Command.SendRuleset.Digest);
        await agent.SendAsync(new() { Ruleset = new() { Digest = digest.Hex, Proof = Compressed(text), Full = Compressed("with elements") } });
        await Eventually.HoldsAsync(async () => (await ExportAsync(server)) is var records && records.Any(record => record.Ruleset is not null) && records.Any(record => record.Observation?.Kind == ObservationKind.Drift), "all is stored");

        var records = await ExportAsync(server);
        Assert.Equal(AuditRecord.RecordOneofCase.Header, records[0].RecordCase);
        Assert.Empty(records[0].Header.Findings);
        Assert.Equal(["observations", "revisions", "transitions"], records[0].Header.Heads.Select(head => head.Log));
        var changes = records.Where(record => record.Change is not null).Select(record => record.Change).ToList();
        Assert.Equal([("first", "tester"), ("second", "tester"), ("registered itself", "host default/a")], changes.Select(change => (change.Note, change.Author)));
        Assert.Contains("9080", changes[1].Changes[0].Before, StringComparison.Ordinal);
        Assert.Contains("8080", changes[1].Changes[0].After, StringComparison.Ordinal);
        Assert.Contains(records, record => record.Transition is { Host: "default/a", Transition: { State: HostState.Realized, RealizedRevision: 3 } transition } && transition.KernelDigest == digest.Hex);
        var seen = records.Where(record => record.Observation is not null).Select(record => record.Observation).ToList();
        Assert.Equal("- a rule, by nft (pid 42), repaired in 7.0 ms", Assert.Single(seen, row => row.Kind == ObservationKind.Drift).Text);
        Assert.Equal("inbound tcp/22\nloopback", Assert.Single(seen, row => row.Kind == ObservationKind.AlwaysOpen).Text);
        var ruleset = Assert.Single(records, record => record.Ruleset is not null).Ruleset;
        Assert.Equal((text, "with elements"), (ruleset.Proof, ruleset.Full));
        Assert.Equal(digest.Hex, Digest.Of(ruleset.Proof).Hex);
    }

    [Fact]
    public async Task A_restart_repeats_nothing_and_a_span_says_how_hosts_stood_before_it()
    {
        await using var server = await TestServer.StartAsync();
        var drift = new DriftEvent { At = DateTimeOffset.UtcNow.ToTimestamp(), What = "x", Repaired = new() };
        for (var round = 0; round < 2; round++)
        {
            await using (var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.1")))
            {
                await agent.SyncAsync(1);
                await agent.SendAsync(new() { Status = Report(agent, Digest.Of("k").Hex, drift) });
                await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new())).Hosts.Single().Status.State == HostState.Realized, "realized");
            }

            await server.RestartAsync();
        }

        var all = await ExportAsync(server);
        Assert.Equal(2, all.Count(record => record.Observation is not null));
        var later = await ExportAsync(server, DateTimeOffset.UtcNow.AddSeconds(1), DateTimeOffset.UtcNow.AddHours(1));
        Assert.DoesNotContain(later, record => record.Change is not null);
        Assert.True(Assert.Single(later, record => record.Transition is not null).Transition is { Earlier: true, Transition.State: HostState.Disconnected });
        Assert.Equal(ObservationKind.AlwaysOpen, Assert.Single(later, record => record.Observation is not null).Observation.Kind);
        var refused = await Assert.ThrowsAsync<RpcException>(() => ExportAsync(server, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(-1)));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task Heads_that_were_noted_show_a_store_that_was_put_back()
    {
        await using var server = await TestServer.StartAsync(expectsErrors: true);
        await server.AcceptAsync(Yaml.Policy("p", "a", "b"));
        var earlier = Directory.CreateTempSubdirectory("edgecontrol-earlier-").FullName;
        await server.RestartAsync(() => CopyAsync(server.DataDirectory, earlier));
        await server.AcceptAsync(Yaml.Policy("q", "a", "b"));
        var noted = await server.Admin.VerifyAuditAsync(new());
        Assert.Empty(noted.Findings);
        Assert.Empty((await server.Admin.VerifyAuditAsync(new() { Known = { noted.Heads } })).Findings);

        // The whole directory, key and all, as it was before the second change: sound by itself.
        await server.RestartAsync(() => CopyAsync(earlier, server.DataDirectory));
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
        var finding = Assert.Single((await server.Admin.VerifyAuditAsync(new() { Known = { noted.Heads } })).Findings);
        Assert.Equal(("revisions", 2), (finding.Log, finding.Number));
        await server.AcceptAsync(Yaml.Policy("other", "a", "b"));
        Assert.Contains("another row", Assert.Single((await server.Admin.VerifyAuditAsync(new() { Known = { noted.Heads } })).Findings).What, StringComparison.Ordinal);
        Directory.Delete(earlier, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_ruleset_that_is_not_what_its_digest_says_ends_the_connection(bool bomb)
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.1"));
        await agent.SyncAsync(1);
        var digest = Digest.Of("true").Hex;
        await agent.SendAsync(new() { Status = Report(agent, digest) });
        await Eventually.HoldsAsync(() => agent.Count(ServerMessage.MessageOneofCase.Command) > 0, "asked for the ruleset");
        await agent.SendAsync(new() { Ruleset = new() { Digest = digest, Proof = bomb ? Compressed(new string('x', 100 << 20)) : Compressed("false") } });
        Assert.Equal(StatusCode.InvalidArgument, (await agent.EndAsync()).StatusCode);
        Assert.DoesNotContain(await ExportAsync(server), record => record.Ruleset is not null);
    }

    private static Task CopyAsync(string from, string to)
    {
        foreach (var file in Directory.GetFiles(to).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)))
            File.Delete(file);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        return Task.CompletedTask;
    }

    private static async Task<List<AuditRecord>> ExportAsync(TestServer server, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using var call = server.Admin.ExportAudit(new() { From = from?.ToTimestamp(), To = to?.ToTimestamp() });
        var records = new List<AuditRecord>();
        await foreach (var record in call.ResponseStream.ReadAllAsync())
            records.Add(record);
        return records;
    }

    private static HostStatus Report(TestAgent agent, string kernelDigest, params DriftEvent[] drift) => new()
    {
        Namespace = agent.Facts.Namespace,
        Name = agent.Facts.Name,
        At = DateTimeOffset.UtcNow.ToTimestamp(),
        State = HostState.Realized,
        TargetRevision = agent.SyncedRevision,
        RealizedRevision = agent.SyncedRevision,
        KernelDigest = kernelDigest,
        Drift = { drift },
        AlwaysOpen = { "inbound tcp/22", "loopback" },
        CompileTime = new(),
        EncodeTime = new(),
        KernelTime = new(),
        CpuTime = new(),
    };

    private static ByteString Compressed(string text)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
            brotli.Write(Encoding.UTF8.GetBytes(text));
        return ByteString.CopyFrom(packed.ToArray());
    }
}
