using System.Diagnostics;
using Npgsql;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Debian's real PostgreSQL server with a data directory of its own, on a port of loopback, as the user postgres.</summary>
public sealed class PostgresCluster : IDisposable
{
    private const string Password = "it's; a secret";

    private readonly string _directory = Directory.CreateTempSubdirectory("edgecontrol-postgres-").FullName;
    private readonly int _port = ProcessTests.Running.FreePort();
    private readonly string _programs;

    public PostgresCluster()
    {
        _programs = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin/";
        File.WriteAllText($"{_directory}/password", Password);
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        Run("/bin/sh", "-c", $"chown -R postgres: '{_directory}'");
        Run("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", $"{_programs}initdb", "-D", Data, "-A", "scram-sha-256", $"--pwfile={_directory}/password", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        Start();
    }

    private string Data => $"{_directory}/data";

    public void Start() => Run(
        "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", $"{_programs}pg_ctl", "-D", Data, "-w", "-s", "-l", $"{_directory}/log",
        "-o", $"-p {_port} -h 127.0.0.1 -k {_directory} -c fsync=off", "start");

    /// <summary>Kills the server and all its children without warning, as a machine that loses its power.</summary>
    public void Kill()
    {
        var id = int.Parse(File.ReadLines($"{Data}/postmaster.pid").First(), System.Globalization.CultureInfo.InvariantCulture);
        var children = File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Run("/bin/sh", "-c", $"kill -9 {id} {string.Join(' ', children)}; while grep -q '^State:.[^Z]' /proc/{id}/status 2>/dev/null; do sleep 0.02; done");
        // A process that nobody has buried yet looks alive to the next server.
        File.Delete($"{Data}/postmaster.pid");
        File.Delete($"{_directory}/.s.PGSQL.{_port}.lock");
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>The connection string of it.</returns>
    public string CreateDatabase()
    {
        var name = $"t{Guid.NewGuid():N}";
        Execute(ConnectionOf("postgres"), $"CREATE DATABASE {name}");
        return ConnectionOf(name);
    }

    public static void Execute(string connection, string sql)
    {
        using var source = NpgsqlDataSource.Create(connection);
        using var command = source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        if (File.Exists($"{Data}/postmaster.pid"))
            Run("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", $"{_programs}pg_ctl", "-D", Data, "-w", "-s", "-m", "immediate", "stop");
        Directory.Delete(_directory, recursive: true);
    }

    private string ConnectionOf(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Password='{Password.Replace("'", "''", StringComparison.Ordinal)}';Database={database};Pooling=false";

    private static void Run(string program, params string[] arguments)
    {
        // pg_ctl leaves the server with its output open: none is captured, and nobody waits for its end.
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardInput = true })!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
    }
}

/// <summary>Tests that share one server, each with a database of its own.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresCluster>
{
    public const string Name = "PostgreSQL";
}
