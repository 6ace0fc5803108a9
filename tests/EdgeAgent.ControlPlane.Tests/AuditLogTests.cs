using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Whoever can write the store's file but not read its key cannot change the logs unseen.</summary>
public sealed class AuditLogTests : IDisposable
{
    private static readonly HostName _host = new("default", "a");

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("DELETE FROM transitions WHERE number > 3", "transitions", 4, "cut off")]
    [InlineData("DELETE FROM observations", "observations", 1, "cut off")]
    [InlineData("DELETE FROM actions WHERE number > 1", "actions", 2, "cut off")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM changes WHERE revision > 4; DELETE FROM revisions WHERE number > 4", "revisions", 5, "cut off")]
    [InlineData("UPDATE observations SET text = 'nothing' WHERE number = 2", "observations", 2, "altered")]
    [InlineData("UPDATE observations SET number = 100 WHERE number = 2; UPDATE observations SET number = 2 WHERE number = 3; UPDATE observations SET number = 3 WHERE number = 100", "observations", 2, "out of its place")]
    [InlineData("UPDATE transitions SET number = number + 1 WHERE number = 5", "transitions", 5, "missing")]
    [InlineData("UPDATE transitions SET hash = zeroblob(32) WHERE number = 2", "transitions", 2, "altered")]
    [InlineData("INSERT INTO transitions SELECT 6, at, namespace, name, state, reason, target, realized, policy_digest, kernel_digest, zeroblob(32) FROM transitions WHERE number = 5", "transitions", 6, "altered")]
    [InlineData("DELETE FROM heads WHERE log = 'transitions'", "transitions", 5, "no signed head")]
    [InlineData("UPDATE heads SET number = 3, hash = (SELECT hash FROM transitions WHERE number = 3) WHERE log = 'transitions'; DELETE FROM transitions WHERE number > 3", "transitions", 3, "signed")]
    [InlineData("UPDATE heads SET signature = zeroblob(70)", "revisions", 6, "signed")]
    [InlineData("UPDATE documents SET document = 'kind: Nothing' WHERE name = 'h3'", "documents", 3, "h3")]
    [InlineData("DELETE FROM documents WHERE name = 'h2'", "documents", 2, "h2")]
    [InlineData("INSERT INTO documents SELECT origin, kind, namespace, 'smuggled', revision, file, line, document FROM documents WHERE name = 'h2'", "documents", 2, "smuggled")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM revisions WHERE number = 6", "revisions", 6, "missing")]
    public void What_was_done_to_a_log_is_found_at_its_first_row(string tampering, string log, long number, string what)
    {
        Fill();
        Tamper(tampering);
        using var store = Store.Open(_directory.Path, 0);
        var finding = store.Findings()[0];
        Assert.Equal((log, number), (finding.Log, finding.Number));
        Assert.Contains(what, finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_made_anew_with_all_its_hashes_right_lacks_the_signature()
    {
        Fill();
        // An attacker who knows the format, in a directory with a key of the attacker's own.
        using (var forger = new TestDirectory())
        {
            using (var store = Store.Open(forger.Path, 0))
                store.Transitions.Append([.. Enumerable.Range(1, 5).Select(i => Transition(i) with { State = HostState.Realized })]);
            Tamper($"ATTACH '{forger[SqliteFile.Name]}' AS forged; DELETE FROM transitions; INSERT INTO transitions SELECT * FROM forged.transitions");
            Assert.Equal("transitions", Findings().Single().Log);
            Tamper($"ATTACH '{forger[SqliteFile.Name]}' AS forged; INSERT OR REPLACE INTO heads SELECT * FROM forged.heads");
            Assert.Contains("another key", Findings().Single().What, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Random_alterations_of_any_cell_of_the_logs_are_found()
    {
        Fill();
        var original = File.ReadAllBytes(_directory[SqliteFile.Name]);
        foreach (var (table, columns) in new (string, string[])[]
        {
            ("revisions", ["at", "author", "note", "hash"]),
            ("changes", ["change", "origin", "kind", "namespace", "name", "file", "line", "document"]),
            ("transitions", ["at", "namespace", "name", "state", "reason", "target", "realized", "policy_digest", "kernel_digest", "hash"]),
            ("observations", ["at", "namespace", "name", "kind", "text", "hash"]),
            ("actions", ["at", "author", "what", "subject", "text", "hash"]),
            ("documents", ["origin", "kind", "namespace", "name", "revision", "file", "line", "document"]),
            ("heads", ["number", "hash", "signature"]),
        })
        {
            foreach (var column in columns)
            {
                File.WriteAllBytes(_directory[SqliteFile.Name], original);
                Tamper($"PRAGMA foreign_keys = OFF; UPDATE {table} SET {column} = CASE typeof({column}) WHEN 'integer' THEN {column} + 1 WHEN 'blob' THEN zeroblob(length({column})) ELSE {column} || 'x' END WHERE rowid IN (SELECT rowid FROM {table} LIMIT 1 OFFSET 1)"
                    .Replace("rowid", table is "changes" ? "revision" : table is "documents" ? "name" : "rowid", StringComparison.Ordinal));
                Assert.True(Findings().Count > 0, $"{table}.{column}");
            }
        }
    }

    [Fact]
    public void A_store_whose_key_is_gone_is_not_signed_with_another()
    {
        Fill();
        var key = File.ReadAllText(_directory[AuditKey.Name]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory[AuditKey.Name]));
        File.Delete(_directory[AuditKey.Name]);
        Assert.Contains(AuditKey.Name, Assert.Throws<StoreException>(() => Store.Open(_directory.Path, 0)).Message, StringComparison.Ordinal);
        File.WriteAllText(_directory[AuditKey.Name], key);
        Assert.Empty(Findings());
    }

    [Fact]
    public void A_store_of_the_first_version_is_upgraded_and_signed()
    {
        Fill();
        Tamper("DROP TABLE heads; DROP TABLE observations; DROP TABLE rulesets; DROP TABLE statuses; DROP TABLE replicas; DROP TABLE enrolments; DROP TABLE people; DROP TABLE roles; DROP TABLE drafts; DROP TABLE rollouts; DROP TABLE epoch; DROP TABLE actions; DROP TABLE authorities; DROP TABLE horizon; ALTER TABLE changes DROP COLUMN digest; ALTER TABLE revisions DROP COLUMN seal; PRAGMA user_version = 1");
        File.Delete(_directory[AuditKey.Name]);
        Assert.Empty(Findings());
        Tamper("DELETE FROM transitions WHERE number = 5");
        Assert.Equal(5, Findings().Single().Number);
    }

    [Fact]
    public void What_lets_hosts_and_people_in_or_out_and_every_draft_is_in_the_log_with_who_did_it()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        using var store = Store.Open(_directory.Path, 0);
        var (secret, id) = store.Tokens.Create(new("shop", "", [new("app", "web")], []), 2, now, now.AddHours(1), "ada");
        store.Enrolments.Enrol(secret, (token, _) => (new(new("shop", "web-1"), token!.Grant, token.Id, "m", Digest.Of("key"), "01", "", now, now.AddDays(30), false, ""), true));
        Assert.True(store.Tokens.Revoke(id, now, "bob"));
        Assert.True(store.Enrolments.Revoke(new("shop", "web-1"), "stolen (by bob)", now, "bob"));
        Assert.False(store.Enrolments.Revoke(new("shop", "web-1"), "again", now, "bob"));
        Assert.True(store.People.Create(new("eve", [new(Role.Viewer, "shop")], now, "ada", null), null));
        Assert.True(store.People.Grant("eve", new(Role.Admin, ""), now, "ada"));
        Assert.True(store.People.Delete("eve", now, "ada"));
        Assert.False(store.People.Delete("eve", now, "ada"));
        store.Drafts.Save(new("d", new(0), now, "ada", "ticket 1", []));
        Assert.True(store.Drafts.Discard("d", now, "bob"));
        store.Epochs.Raise(now.AddDays(1));

        var rows = store.Actions.After(0, 100).Select(row => row.Action).ToList();
        Assert.Equal(
            [
                ("ada", "token created", id), ($"token {id}", "host enrolled", "shop/web-1"), ("bob", "token revoked", id), ("bob", "host revoked", "shop/web-1"), ("ada", "user created", "eve"),
                ("ada", "role granted", "eve"), ("ada", "user deleted", "eve"), ("ada", "draft saved", "d"), ("bob", "draft discarded", "d"), ("edgecontrol epoch --raise", "epoch raised", rows[^1].Subject),
            ],
            rows.Select(row => (row.Author, row.What, row.Subject)));
        Assert.Contains("shop/*, labels app=web, 2 uses", rows[0].Text, StringComparison.Ordinal);
        Assert.Contains("admin everywhere", rows[5].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(rows, row => row.Text.Contains(secret, StringComparison.Ordinal));
        Assert.Empty(store.Findings());
    }

    [Fact]
    public void Of_rulesets_the_oldest_go_when_the_budget_is_spent()
    {
        using var store = Store.Open(_directory.Path, 0, rulesetBudget: 1000);
        var digests = Enumerable.Range(0, 10).Select(i => Digest.Of($"ruleset {i}")).ToList();
        for (var i = 0; i < digests.Count; i++)
            store.Rulesets.Put(new(digests[i], DateTimeOffset.UnixEpoch.AddSeconds(i), new byte[150], new byte[150]));
        Assert.False(store.Rulesets.Holds(digests[0]));
        Assert.Null(store.Rulesets.Find(digests[0]));
        Assert.True(store.Rulesets.Holds(digests[^1]));
        Assert.Equal(300, store.Rulesets.Find(digests[^1])!.Proof.Length + store.Rulesets.Find(digests[^1])!.Full.Length);
    }

    private static StatusTransition Transition(int i) => new(_host, DateTimeOffset.UnixEpoch.AddSeconds(i), HostState.Applying, $"reason {i}", new(i), new(i - 1), Digest.Of($"p{i}"), Digest.Of($"k{i}"));

    private void Fill()
    {
        using var store = Store.Open(_directory.Path, 0);
        for (var i = 1; i <= 6; i++)
        {
            var key = new ResourceKey("Host", "default", $"h{i}");
            var document = new Document(key, DocumentOrigin.Declared, "f.yaml", i, $"text {i}") { Revision = new(i) };
            store.Revisions.Append(new(new(i), DateTimeOffset.UnixEpoch.AddSeconds(i), "ada", $"note {i}", [new(DocumentChangeKind.Created, key, DocumentOrigin.Declared, document)]));
        }

        store.Transitions.Append([.. Enumerable.Range(1, 5).Select(Transition)]);
        store.Observations.Append([.. Enumerable.Range(1, 4).Select(i => new Observation(_host, DateTimeOffset.UnixEpoch.AddSeconds(i), ObservationKind.Drift, $"seen {i}"))]);
        for (var i = 1; i <= 3; i++)
            store.Tokens.Create(new("default", $"h{i}", [], []), 1, DateTimeOffset.UnixEpoch.AddSeconds(i), DateTimeOffset.UnixEpoch.AddHours(1), "ada");
        Assert.Empty(store.Findings());
    }

    private IReadOnlyList<ChainFinding> Findings()
    {
        using var store = Store.Open(_directory.Path, 0);
        return store.Findings();
    }

    private void Tamper(string sql)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={_directory[SqliteFile.Name]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
