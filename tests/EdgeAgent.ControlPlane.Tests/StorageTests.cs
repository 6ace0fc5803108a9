using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class StorageTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Current_documents_and_old_ones_are_what_the_log_says()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            using var store = Store.Open(_directory[$"world-{seed}"], 0);
            var (model, history) = (new SortedDictionary<ResourceKey, Document>(), new List<Document[]> { Array.Empty<Document>() });
            for (var number = 1; number <= 30; number++)
            {
                var record = Next(random, new(number), model);
                store.Revisions.Append(record);
                history.Add([.. model.Values]);
            }

            Assert.Equal(history[^1], store.Revisions.Current().Documents);
            for (var number = 0; number <= 30; number++)
                Assert.True(history[number].SequenceEqual(store.Revisions.DeclaredAt(new(number)).OrderBy(document => document.Key)), $"seed {seed}, revision {number}");
            Assert.Equal(Enumerable.Range(1, 30).Reverse(), store.Revisions.Before(new(31), 100).Select(record => (int)record.Revision.Number));
            Assert.Equal(Enumerable.Range(7, 5), store.Revisions.From(new(7), 5).Select(record => (int)record.Revision.Number));
            Assert.Null(store.Revisions.FirstBroken());
        }
    }

    [Theory]
    [InlineData("UPDATE revisions SET note = 'nothing to see' WHERE number = 5", 5)]
    [InlineData("UPDATE revisions SET at = at + 1 WHERE number = 2", 2)]
    [InlineData("UPDATE changes SET document = 'x' WHERE revision = 3", 3)]
    [InlineData("DELETE FROM changes WHERE revision = 4", 4)]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM revisions WHERE number = 6", 6)]
    [InlineData("PRAGMA foreign_keys = OFF; UPDATE revisions SET number = 99 WHERE number = 7; UPDATE revisions SET number = 7 WHERE number = 8; UPDATE revisions SET number = 8 WHERE number = 99", 7)]
    public void A_row_that_is_altered_missing_or_moved_breaks_the_chain_there(string tampering, int broken)
    {
        using (var store = Store.Open(_directory.Path, 0))
        {
            var model = new SortedDictionary<ResourceKey, Document>();
            for (var number = 1; number <= 10; number++)
                store.Revisions.Append(Next(new Random(number), new(number), model));
        }

        Tamper(tampering);
        using var again = Store.Open(_directory.Path, 0);
        Assert.Equal(broken, again.Revisions.FirstBroken()?.Number);
    }

    [Fact]
    public void Texts_with_NUL_are_kept_whole_and_break_no_chain()
    {
        using var store = Store.Open(_directory.Path, 0);
        store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "a\0b", "note\0", []));
        store.Transitions.Append([Transition(new("default", "a"), 1) with { Reason = "it\0broke" }]);
        Assert.Equal(("a\uFFFDb", "note\uFFFD"), (store.Revisions.From(new(1), 1)[0].Author, store.Revisions.From(new(1), 1)[0].Note));
        Assert.Equal("it\uFFFDbroke", store.Transitions.Newest()[0].Reason);
        Assert.Null(store.Revisions.FirstBroken());
        Assert.Null(store.Transitions.FirstBroken());
    }

    [Theory]
    [InlineData("UPDATE transitions SET state = 1 WHERE number = 3", 3L)]
    [InlineData("DELETE FROM transitions WHERE number = 2", 2L)]
    public void The_log_of_transitions_is_chained_as_well(string tampering, long broken)
    {
        var host = new HostName("default", "a");
        using (var store = Store.Open(_directory.Path, 0))
        {
            store.Transitions.Append([.. Enumerable.Range(0, 3).Select(i => Transition(host, i))]);
            store.Transitions.Append([Transition(new("default", "b"), 7), Transition(host, 8)]);
            Assert.Equal([1, 2, 8], store.Transitions.Of(host, 3).Select(transition => (int)transition.Target.Number));
            Assert.Equal([7, 8], store.Transitions.Newest().Select(transition => (int)transition.Target.Number).Order());
            Assert.Null(store.Transitions.FirstBroken());
        }

        Tamper(tampering);
        using var again = Store.Open(_directory.Path, 0);
        Assert.Equal(broken, again.Transitions.FirstBroken()?.Number);
    }

    [Fact]
    public void A_revision_that_does_not_follow_the_last_is_refused_and_nothing_is_stored()
    {
        using var store = Store.Open(_directory.Path, 0);
        store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "a", "", []));
        Assert.Equal(StoreFailure.Failed, Assert.Throws<StoreException>(() => store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "b", "", []))).Failure);
        Assert.Throws<StoreException>(() => store.Revisions.Append(new(new(3), DateTimeOffset.UnixEpoch, "b", "", [])));
        Assert.Equal(new Revision(1), store.Revisions.Newest);
    }

    [Fact]
    public void A_full_store_says_so_changes_nothing_and_is_still_readable()
    {
        using var store = Store.Open(_directory.Path, 512 * 1024);
        var model = new SortedDictionary<ResourceKey, Document>();
        var stored = 0;
        var full = Assert.Throws<StoreException>(() =>
        {
            for (var number = 1; number < 1000; number++)
            {
                store.Revisions.Append(Next(new Random(number), new(number), model, new string('x', 5000)));
                stored = number;
            }
        });
        Assert.Equal(StoreFailure.Full, full.Failure);
        Assert.InRange(stored, 10, 200);
        Assert.Equal(new Revision(stored), store.Revisions.Newest);
        Assert.Null(store.Revisions.FirstBroken());
    }

    [Fact]
    public void Tokens_are_good_once_for_their_host_until_they_expire_and_are_stored_hashed()
    {
        using var store = Store.Open(_directory.Path, 0);
        var now = DateTimeOffset.UtcNow;
        var host = new HostName("default", "a");
        var token = store.Tokens.Create(new("default", "", now.AddHours(1)), "tester");
        Assert.False(store.Tokens.TryUse(token, new("other", "a"), now));
        Assert.False(store.Tokens.TryUse(token, host, now.AddHours(2)));
        Assert.False(store.Tokens.TryUse("0" + token[1..], host, now) && token[0] != '0');
        Assert.True(store.Tokens.TryUse(token, host, now));
        Assert.False(store.Tokens.TryUse(token, host, now));
        var named = store.Tokens.Create(new("default", "b", now.AddHours(1)), "tester");
        Assert.False(store.Tokens.TryUse(named, host, now));
        Assert.True(store.Tokens.TryUse(named, new("default", "b"), now));
        foreach (var file in Directory.EnumerateFiles(_directory.Path).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)))
            Assert.DoesNotContain(token, Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_else_may_read_any_of_its_files()
    {
        using var store = Store.Open(_directory.Path, 0);
        store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "a", "", []));
        var files = Directory.GetFiles(_directory.Path, $"{SqliteFile.Name}*");
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void A_newer_schema_another_program_and_a_directory_in_use_are_refused()
    {
        using (var store = Store.Open(_directory.Path, 0))
            Assert.Contains("no other edgecontrol", Assert.Throws<StoreException>(() => Store.Open(_directory.Path, 0)).Message, StringComparison.Ordinal);
        Tamper("PRAGMA user_version = 99");
        var newer = Assert.Throws<StoreException>(() => Store.Open(_directory.Path, 0));
        Assert.Equal(StoreFailure.Foreign, newer.Failure);
        Assert.Contains("99", newer.Message, StringComparison.Ordinal);
        Tamper("PRAGMA user_version = 1; PRAGMA application_id = 7");
        Assert.Equal(StoreFailure.Foreign, Assert.Throws<StoreException>(() => Store.Open(_directory.Path, 0)).Failure);
    }

    [Fact]
    public void A_damaged_file_is_refused_with_its_name()
    {
        using (var store = Store.Open(_directory.Path, 0))
            store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "a", new string('n', 20_000), []));
        var path = _directory[SqliteFile.Name];
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, Encoding.ASCII.GetBytes("this is no database, and was never one, whatever anybody says"));
        var notOne = Assert.Throws<StoreException>(() => Store.Open(_directory.Path, 0));
        Assert.Equal(StoreFailure.Corrupt, notOne.Failure);
        Assert.Contains(path, notOne.Message, StringComparison.Ordinal);
        bytes.AsSpan(4096, 4096).Fill(0xa5);
        File.WriteAllBytes(path, bytes);
        Assert.Equal(StoreFailure.Corrupt, Assert.Throws<StoreException>(() => Store.Open(_directory.Path, 0)).Failure);
    }

    private static RevisionRecord Next(Random random, Revision revision, SortedDictionary<ResourceKey, Document> model, string filler = "")
    {
        var changes = new List<DocumentChange>();
        foreach (var name in Enumerable.Range(0, 6).Where(_ => random.Next(2) == 0).Select(i => $"r{i}"))
        {
            var key = new ResourceKey("Host", "default", name);
            if (model.ContainsKey(key) && random.Next(3) == 0)
            {
                model.Remove(key);
                changes.Add(new(DocumentChangeKind.Deleted, key, DocumentOrigin.Declared, null));
                continue;
            }

            var document = new Document(key, DocumentOrigin.Declared, $"f{random.Next(3)}", random.Next(100), $"text {random.Next()} ä\uFFFD{filler}") { Revision = revision };
            changes.Add(new(model.ContainsKey(key) ? DocumentChangeKind.Changed : DocumentChangeKind.Created, key, DocumentOrigin.Declared, document));
            model[key] = document;
        }

        if (changes.Count == 0 && !model.ContainsKey(new("Host", "default", "always")))
        {
            var key = new ResourceKey("Host", "default", "always");
            model[key] = new(key, DocumentOrigin.Declared, "f", 1, filler) { Revision = revision };
            changes.Add(new(DocumentChangeKind.Created, key, DocumentOrigin.Declared, model[key]));
        }

        return new(revision, DateTimeOffset.UnixEpoch.AddSeconds(revision.Number), "author", "note", changes.ToEquatableArray());
    }

    private static StatusTransition Transition(HostName host, int i) =>
        new(host, DateTimeOffset.UnixEpoch.AddSeconds(i), HostState.Realized + (byte)(i % 3), $"reason {i}", new(i), new(i - 1 < 0 ? 0 : i - 1), Digest.Of($"p{i}"), default);

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
