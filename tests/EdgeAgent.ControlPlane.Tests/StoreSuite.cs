using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>What every kind of store keeps to.</summary>
public abstract class StoreSuite
{
    [Fact]
    public void Current_documents_and_old_ones_are_what_the_log_says()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            using var store = Open($"world-{seed}");
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
        using (var store = Open("store"))
        {
            var model = new SortedDictionary<ResourceKey, Document>();
            for (var number = 1; number <= 10; number++)
                store.Revisions.Append(Next(new Random(number), new(number), model));
        }

        Tamper("store", tampering);
        using var again = Open("store");
        Assert.Equal(broken, again.Revisions.FirstBroken()?.Number);
    }

    [Fact]
    public void Texts_with_NUL_are_kept_whole_and_break_no_chain()
    {
        using var store = Open("store");
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
        using (var store = Open("store"))
        {
            store.Transitions.Append([.. Enumerable.Range(0, 3).Select(i => Transition(host, i))]);
            store.Transitions.Append([Transition(new("default", "b"), 7), Transition(host, 8)]);
            Assert.Equal([1, 2, 8], store.Transitions.Of(host, 3).Select(transition => (int)transition.Target.Number));
            Assert.Equal([7, 8], store.Transitions.Newest().Select(transition => (int)transition.Target.Number).Order());
            Assert.Null(store.Transitions.FirstBroken());
        }

        Tamper("store", tampering);
        using var again = Open("store");
        Assert.Equal(broken, again.Transitions.FirstBroken()?.Number);
    }

    [Fact]
    public void A_revision_that_does_not_follow_the_last_is_refused_and_nothing_is_stored()
    {
        using var store = Open("store");
        store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "a", "", []));
        Assert.Equal(StoreFailure.Behind, Assert.Throws<StoreException>(() => store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "b", "", []))).Failure);
        Assert.Throws<StoreException>(() => store.Revisions.Append(new(new(3), DateTimeOffset.UnixEpoch, "b", "", [])));
        Assert.Equal(new Revision(1), store.Revisions.Newest);
    }

    [Fact]
    public void Writers_take_turns_and_one_that_is_behind_is_told_so()
    {
        using var one = Open("store");
        var wins = 0;
        for (var number = 1; number <= 20; number++)
        {
            Parallel.For(0, 4, writer =>
            {
                try
                {
                    one.Revisions.Append(new(new(number), DateTimeOffset.UnixEpoch, $"writer {writer}", "", []));
                    Interlocked.Increment(ref wins);
                }
                catch (StoreException e) when (e.Failure == StoreFailure.Behind)
                {
                    // Another was first.
                }
            });
        }

        Assert.Equal((20, new Revision(20)), (wins, one.Revisions.Newest));
        Assert.Empty(one.Findings());
    }

    [Fact]
    public void Rulesets_and_observations_are_kept()
    {
        using var store = Open("store");
        var (digest, host) = (Digest.Of("k"), new HostName("default", "a"));
        store.Rulesets.Put(new(digest, DateTimeOffset.UnixEpoch, [1, 2], [3]));
        store.Rulesets.Put(new(digest, DateTimeOffset.UnixEpoch, [1, 2], [3]));
        Assert.Equal([1, 2], store.Rulesets.Find(digest)!.Proof);
        store.Observations.Append([.. Enumerable.Range(1, 5).Select(i => new Observation(host, DateTimeOffset.UnixEpoch.AddSeconds(i), i == 2 ? ObservationKind.AlwaysOpen : ObservationKind.Drift, $"seen {i}"))]);
        Assert.Equal(["seen 5", "seen 4"], store.Observations.Of(host, ObservationKind.Drift, 2).Select(seen => seen.Text));
        Assert.Equal("seen 2", store.Observations.Newest(ObservationKind.AlwaysOpen).Single().Text);
        Assert.Equal([4L, 5L], store.Observations.After(3, 10).Select(row => row.Number));
        Assert.Empty(store.Findings());
    }

    internal static RevisionRecord Next(Random random, Revision revision, SortedDictionary<ResourceKey, Document> model, string filler = "")
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

    internal static StatusTransition Transition(HostName host, int i) =>
        new(host, DateTimeOffset.UnixEpoch.AddSeconds(i), HostState.Realized + (byte)(i % 3), $"reason {i}", new(i), new(i - 1 < 0 ? 0 : i - 1), Digest.Of($"p{i}"), default);

    /// <summary>Opens the store of a name, which is made if there is none.</summary>
    internal abstract Store Open(string name);

    /// <summary>Does what somebody with rights on the database could do to it.</summary>
    protected abstract void Tamper(string name, string sql);
}
