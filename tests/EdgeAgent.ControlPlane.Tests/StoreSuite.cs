using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>What every kind of store keeps to.</summary>
public abstract class StoreSuite
{
    private protected static readonly DateTimeOffset Then = DateTimeOffset.UnixEpoch.AddYears(50);

    /// <summary>How many random histories to write.</summary>
    protected abstract int Worlds { get; }

    [Fact]
    public void Current_documents_and_old_ones_are_what_the_log_says()
    {
        for (var seed = 0; seed < Worlds; seed++)
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
    public void Of_old_revisions_digests_are_left_and_the_logs_and_all_that_is_younger_stay_whole()
    {
        for (var seed = 0; seed < OldWorlds; seed++)
        {
            var random = new Random(seed);
            using var store = Open($"old-{seed}");
            var (model, history, whole) = (new SortedDictionary<ResourceKey, Document>(), new List<Document[]> { Array.Empty<Document>() }, new List<RevisionRecord>());
            Revision horizon = default;
            for (var number = 1; number <= 40; number++)
            {
                var record = Next(random, new(number), model);
                store.Revisions.Append(record);
                whole.Add(record);
                history.Add([.. model.Values]);
                if (random.Next(8) > 0)
                    continue;

                // One revision a second, so that both rules are about numbers.
                var retention = new HistoryRetention(TimeSpan.FromSeconds(random.Next(1, 30)), random.Next(1, 20));
                var expected = Math.Max(horizon.Number, Math.Max(0, number - Math.Max((int)retention.Age.TotalSeconds, retention.Revisions)));
                horizon = store.History.Step(retention, Then).Horizon;
                Assert.Equal((expected, horizon), (horizon.Number, store.History.Horizon));
                Assert.Empty(store.Findings());
            }

            Assert.Equal(history[^1], store.Revisions.Current().Documents);
            Assert.Empty(store.Revisions.DeclaredAt(Revision.Zero));
            for (var number = 1; number <= 40; number++)
            {
                if (number < horizon.Number)
                    Assert.Equal(StoreFailure.Pruned, Assert.Throws<StoreException>(() => store.Revisions.DeclaredAt(new(number))).Failure);
                else
                    Assert.True(history[number].SequenceEqual(store.Revisions.DeclaredAt(new(number)).OrderBy(document => document.Key)), $"seed {seed}, revision {number}");
            }

            // Each document is there, or its digest, and the texts that are needed for what is young are.
            foreach (var (before, after) in whole.Zip(store.Revisions.From(new(1), 100)))
            {
                Assert.Equal((before.Revision, before.At, before.Author, before.Note), (after.Revision, after.At, after.Author, after.Note));
                foreach (var (then, now) in before.Changes.Zip(after.Changes))
                {
                    var isReplaced = whole.Exists(later => later.Revision > before.Revision && later.Revision <= horizon && later.Changes.Any(change => change.Key == then.Key));
                    Assert.Equal(then.Document is { } document && isReplaced ? then with { Document = null, Pruned = PrunedDocument.Of(document) } : then, now);
                }
            }
        }
    }

    [Fact]
    public void Tokens_are_kept_used_as_often_as_they_say_and_revoked()
    {
        using var store = Open("store");
        var (secret, id) = store.Tokens.Create(Grant("", "app"), 2, Then, Then.AddHours(1), "ada");
        var (other, _) = store.Tokens.Create(Grant("b", "app") with { Namespace = "vm" }, 1, Then.AddSeconds(1), Then.AddHours(1), "bob");
        Assert.Equal(new StoredToken(id, Grant("", "app"), 2, 0, Then, "ada", Then.AddHours(1), false), store.Tokens.Find(id));
        Assert.Equal(["bob", "ada"], store.Tokens.All("").Select(token => token.CreatedBy));
        Assert.Equal(["bob"], store.Tokens.All("vm").Select(token => token.CreatedBy));
        Assert.Null(store.Tokens.Find("nobody's"));

        EnrolledHost Enrol(string with, string name, string serial) => store.Enrolments.Enrol(
            with, (token, present) => EnrolmentDecision.Decide(token, new("", name, "machine", Digest.Of($"key of {name}"), serial, Then.AddDays(1)), present, _ => false, Then));
        Enrol(secret, "a", "01");
        Enrol(secret, "c", "02");
        Assert.Equal(2, store.Tokens.Find(id)!.Used);
        Assert.Contains("used up", Assert.Throws<EnrolmentRefusedException>(() => Enrol(secret, "d", "03")).Message, StringComparison.Ordinal);
        Assert.Null(store.Enrolments.Find(new("default", "d")));
        Assert.Contains("unknown", Assert.Throws<EnrolmentRefusedException>(() => Enrol("00", "d", "03")).Message, StringComparison.Ordinal);
        Assert.True(store.Tokens.Revoke(store.Tokens.All("vm").Single().Id, Then, "ada"));
        Assert.False(store.Tokens.Revoke("nobody's", Then, "ada"));
        Assert.Contains("revoked", Assert.Throws<EnrolmentRefusedException>(() => Enrol(other, "b", "03")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_hosts_certificates_the_newest_is_good_and_the_one_before_until_the_newest_is_used()
    {
        var (store, host) = (Open("store"), new HostName("default", "a"));
        using (store)
        {
            var (secret, id) = store.Tokens.Create(Grant("a", "app"), 1, Then, Then.AddHours(1), "ada");
            var enrolled = new EnrolledHost(host, Grant("a", "app"), id, "machine", Digest.Of("key"), "01", "", Then, Then.AddDays(1), false, "");
            store.Enrolments.Enrol(secret, (_, _) => (enrolled, true));
            Assert.Equal(enrolled, store.Enrolments.Find(host));
            Assert.False(store.Enrolments.Renew(host, "99", "02", Then.AddDays(2), 1));
            Assert.True(store.Enrolments.Renew(host, "01", "02", Then.AddDays(2), 1));

            // The answer was lost: it asks again with the certificate that it has.
            Assert.True(store.Enrolments.Renew(host, "01", "03", Then.AddDays(3), 1));
            store.Enrolments.Settle(host, "03");
            Assert.False(store.Enrolments.Renew(host, "01", "04", Then.AddDays(4), 1));
        }

        using var again = Open("store");
        Assert.Equal(("03", "", Then.AddDays(3)), (again.Enrolments.Find(host)!.Serial, again.Enrolments.Find(host)!.PreviousSerial, again.Enrolments.Find(host)!.Expires));
        Assert.True(again.Enrolments.Revoke(host, "stolen", Then, "ada"));
        Assert.False(again.Enrolments.Revoke(host, "again", Then, "ada"));
        Assert.Equal((true, "stolen"), (again.Enrolments.Find(host)!.IsRevoked, again.Enrolments.Find(host)!.Revocation));
        Assert.False(again.Enrolments.Renew(host, "03", "05", Then.AddDays(5), 1));
    }

    [Fact]
    public void People_have_one_role_in_each_namespace_and_are_found_by_secret_or_certificate_alone()
    {
        using var store = Open("store");
        var (ada, eve) = (new Person("ada", [new(Role.Viewer, ""), new(Role.Editor, "shop")], Then, "first", Then.AddDays(1)), new Person("spiffe://cluster.local/people/eve", [], Then, "ada", null));
        Assert.True(store.People.Create(ada, [1, 2, 3]));
        Assert.True(store.People.Create(eve, null));
        Assert.False(store.People.Create(ada, [4]));
        Assert.Equal(ada, store.People.BySecret([1, 2, 3]));
        Assert.Null(store.People.BySecret([4]));
        Assert.Null(store.People.ById("ada"));
        Assert.Equal(eve, store.People.ById(eve.Name));

        Assert.True(store.People.Grant("ada", new(Role.Admin, "shop"), Then, "ada"));
        Assert.True(store.People.Grant("ada", new(Role.None, ""), Then, "ada"));
        Assert.False(store.People.Grant("nobody", new(Role.Viewer, ""), Then, "ada"));
        Assert.Equal([ada with { Grants = [new(Role.Admin, "shop")] }, eve], store.People.All());
        Assert.True(store.People.Delete("ada", Then, "ada"));
        Assert.False(store.People.Delete("ada", Then, "ada"));
        Assert.Null(store.People.BySecret([1, 2, 3]));
        Assert.True(store.People.Create(ada with { Grants = [] }, [5]));
        Assert.Empty(store.People.BySecret([5])!.Grants);
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

    /// <summary>How many random logs are pruned.</summary>
    protected virtual int OldWorlds => 5;

    /// <summary>Opens the store of a name, which is made if there is none.</summary>
    internal abstract Store Open(string name);

    /// <summary>Does what somebody with rights on the database could do to it.</summary>
    protected abstract void Tamper(string name, string sql);

    private static EnrolmentGrant Grant(string name, string application) => new("default", name, [new("app", application)], [Cidr.Parse("10.0.0.0/24")]);
}
