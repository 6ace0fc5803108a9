using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>The store in a file.</summary>
public sealed class StorageTests : StoreSuite, IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

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
