using System.Diagnostics;
using EdgeAgent.ControlPlane.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary><c>edgecontrol backup</c> and <c>edgecontrol verify</c>, as processes of their own.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_backup_made_under_load_is_a_whole_store_with_all_that_was_acknowledged_before()
    {
        await using var server = await TestServer.StartAsync();
        using var stop = new CancellationTokenSource();
        long acknowledged = 0;
        var load = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                Interlocked.Exchange(ref acknowledged, await server.AcceptAsync(Yaml.Host($"h-{i}", $"10.1.{i / 250}.{i % 250}", "a"), $"change {i}"));
        });
        await Eventually.HoldsAsync(() => Interlocked.Read(ref acknowledged) > 5, "some changes");
        var before = Interlocked.Read(ref acknowledged);
        var (code, _, errors) = await RunAsync("backup", "--data", server.DataDirectory, "--out", _directory["copy.db"]);
        Assert.True(code == 0, errors);
        await stop.CancelAsync();
        await load;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["copy.db"]));

        // As the README says to restore: the file under its name, the keys beside it.
        Directory.CreateDirectory(_directory["restored"]);
        File.Move(_directory["copy.db"], _directory[$"restored/{SqliteFile.Name}"]);
        foreach (var key in Directory.GetFiles(server.DataDirectory, "*.pem"))
            File.Copy(key, _directory[$"restored/{Path.GetFileName(key)}"]);
        Assert.Equal(0, (await RunAsync("verify", "--data", _directory["restored"])).Code);
        using var restored = Store.Open(_directory["restored"], 0);
        Assert.InRange(restored.Revisions.Newest.Number, before, Interlocked.Read(ref acknowledged));
        Assert.Equal(restored.Revisions.Newest.Number, restored.Revisions.Current().Documents.Count);
    }

    [Fact]
    public async Task What_cannot_be_backed_up_is_said_and_leaves_no_file()
    {
        var (code, _, errors) = await RunAsync("backup", "--data", _directory["none"], "--out", _directory["copy.db"]);
        Assert.Equal(2, code);
        Assert.Contains("no such file", errors, StringComparison.Ordinal);
        using (Store.Open(_directory["data"], 0))
            File.WriteAllText(_directory["there"], "mine");
        (code, _, errors) = await RunAsync("backup", "--data", _directory["data"], "--out", _directory["there"]);
        Assert.Equal(2, code);
        Assert.Contains("expected the name of a new one", errors, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_directory["there"]));
        Assert.Equal(3, (await RunAsync("backup", "--data", _directory["data"], "--out", _directory["nowhere/copy.db"])).Code);
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.partial"));
    }

    [Fact]
    public async Task A_log_that_was_altered_is_found_without_a_server()
    {
        using (var store = Store.Open(_directory["data"], 0))
            store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "ada", "note", []));
        var (code, output, _) = await RunAsync("verify", "--data", _directory["data"]);
        Assert.Equal(0, code);
        Assert.StartsWith("revisions: 1 rows, ends with ", output, StringComparison.Ordinal);
        await using (var connection = new SqliteConnection($"Data Source={_directory[$"data/{SqliteFile.Name}"]};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE revisions SET author = 'eve'";
            await command.ExecuteNonQueryAsync();
        }

        (code, output, _) = await RunAsync("verify", "--data", _directory["data"]);
        Assert.Equal(1, code);
        Assert.Contains("revisions, row 1: altered", output, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("verify", "--data", _directory["none"])).Code);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "edgecontrol.dll"), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(info)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
