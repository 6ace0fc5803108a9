using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>The store in a file.</summary>
public sealed class StorageTests : StoreSuite, IDisposable
{
    protected override int Worlds => 20;

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("UPDATE revisions SET note = 'nothing to see' WHERE number = 5", 5)]
    [InlineData("UPDATE revisions SET seal = hash WHERE number = 3", 3)]
    [InlineData("UPDATE revisions SET hash = seal WHERE number = 20", 20)]
    [InlineData("UPDATE changes SET digest = 'x' WHERE revision = 2 AND digest IS NOT NULL", 2)]
    [InlineData("UPDATE changes SET document = 'x', digest = NULL WHERE revision = 2 AND digest IS NOT NULL", 2)]
    [InlineData("UPDATE changes SET digest = NULL WHERE revision = 2", 2)]
    [InlineData("UPDATE changes SET namespace = 'other' WHERE revision = 4", 4)]
    [InlineData("UPDATE changes SET document = NULL, digest = 'x' WHERE revision = 30", 30)]
    [InlineData("UPDATE horizon SET number = 29", 26)]
    [InlineData("UPDATE horizon SET signature = hash FROM revisions WHERE revisions.number = 1", 25)]
    [InlineData("DELETE FROM horizon", 1)]
    public void A_row_whose_documents_were_pruned_is_proven_by_its_seal(string tampering, int broken)
    {
        using (var store = Open("store"))
        {
            var model = new SortedDictionary<ResourceKey, Document>();
            for (var number = 1; number <= 30; number++)
                store.Revisions.Append(Next(new Random(number), new(number), model));
            Assert.Equal(new Revision(25), store.History.Step(new(TimeSpan.FromSeconds(5), 1), Then).Horizon);
            Assert.True(store.Revisions.From(new(2), 1)[0].IsPruned);
            Assert.Empty(store.Findings());
        }

        Tamper("store", tampering);
        using var again = Open("store");
        Assert.Equal(broken, again.Revisions.FirstBroken()?.Number);
    }

    [Fact]
    public void A_log_that_is_not_sound_is_not_pruned()
    {
        using (var store = Open("store"))
        {
            var model = new SortedDictionary<ResourceKey, Document>();
            for (var number = 1; number <= 30; number++)
                store.Revisions.Append(Next(new Random(number), new(number), model));
        }

        Tamper("store", "UPDATE changes SET document = 'x' WHERE revision = 7 AND document IS NOT NULL");
        using var again = Open("store");
        Assert.Contains("not sound at row 7", Assert.Throws<StoreException>(() => again.History.Step(new(TimeSpan.FromSeconds(5), 1), Then)).Message, StringComparison.Ordinal);
        Assert.Equal((Revision.Zero, 7L), (again.History.Horizon, again.Revisions.FirstBroken()!.Number));
        Assert.DoesNotContain(again.Revisions.From(new(1), 30), record => record.IsPruned);
    }

    [Fact]
    public void A_document_that_is_still_needed_is_missed()
    {
        string tampering;
        using (var store = Open("store"))
        {
            var model = new SortedDictionary<ResourceKey, Document>();
            for (var number = 1; number <= 30; number++)
                store.Revisions.Append(Next(new Random(number), new(number), model));
            store.History.Step(new(TimeSpan.FromSeconds(5), 1), Then);
            var needed = store.Revisions.DeclaredAt(new(25))[0];
            tampering = $"UPDATE changes SET document = NULL, digest = '{Digest.Of(needed.Text).Hex}' WHERE revision = {needed.Revision} AND name = '{needed.Key.Name}'";
        }

        Tamper("store", tampering);
        using var again = Open("store");
        Assert.Contains("still needed", again.Revisions.FirstBroken()!.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_that_is_wrong_and_a_fleet_at_rest_lose_nothing_and_a_long_log_is_pruned_in_steps()
    {
        using var store = Open("store");
        var model = new SortedDictionary<ResourceKey, Document>();
        for (var number = 1; number <= 450; number++)
            store.Revisions.Append(Next(new Random(number), new(number), model));
        var year = new HistoryRetention(TimeSpan.FromDays(365), 1);
        Assert.Equal(new(Revision.Zero, 0, true), store.History.Step(year, DateTimeOffset.MaxValue.AddDays(-1)));
        Assert.Equal(new(Revision.Zero, 0, true), store.History.Step(new(TimeSpan.FromSeconds(1), 1), DateTimeOffset.UnixEpoch));
        var keep = new HistoryRetention(TimeSpan.FromSeconds(40), 1);
        Assert.Equal([(200, false), (400, false), (410, true), (410, true)], Enumerable.Range(0, 4).Select(_ => store.History.Step(keep, Then)).Select(step => ((int)step.Horizon.Number, step.IsDone)));
        Assert.Empty(store.Findings());
        Assert.Equal(["revision 410"], store.Actions.After(0, 10).Where(row => row.Action.What == "history pruned").Select(row => row.Action.Subject));
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

    internal override Store Open(string name) => Store.Open(_directory[name], 0);

    protected override void Tamper(string name, string sql) => TamperFile(_directory[$"{name}/{SqliteFile.Name}"], sql);

    private void Tamper(string sql) => TamperFile(_directory[SqliteFile.Name], sql);

    private static void TamperFile(string path, string sql)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
