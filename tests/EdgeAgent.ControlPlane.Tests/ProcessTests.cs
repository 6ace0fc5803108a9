using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>The program itself, as an operator runs it.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_acknowledged_outlives_kill_9_under_load()
    {
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        long newest = 0;
        var rounds = int.Parse(Environment.GetEnvironmentVariable("EDGEAGENT_KILLS") ?? "8", CultureInfo.InvariantCulture);
        for (var round = 0; round < rounds; round++)
        {
            using var server = await Running.StartAsync(_directory["data"]);
            var (resources, history) = (await server.Admin.ListAsync(new()), await server.Admin.HistoryAsync(new() { Limit = 1 }));
            Assert.True(resources.Revision >= newest, $"round {round}: revision {resources.Revision}, but {newest} was acknowledged");
            Assert.Subset(resources.Resources.Select(resource => resource.Key.Name).ToHashSet(), acknowledged);
            Assert.Equal(resources.Revision, history.Revisions.Select(entry => entry.Revision).FirstOrDefault());
            Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);

            var random = new Random(round);
            var (killAfter, kill) = (random.Next(1, 40), Task.CompletedTask);
            try
            {
                for (var i = 0; ; i++)
                {
                    if (i == killAfter)
                        kill = Task.Delay(random.Next(0, 10)).ContinueWith(_ => server.Kill(), TaskScheduler.Default);
                    var name = $"h-{round}-{i}";
                    var response = await server.Admin.ApplyAsync(TestServer.Request(Yaml.Host(name, $"10.{round % 250}.{(i / 250) + (round / 250 * 10)}.{i % 250}", "a")));
                    Assert.True(response.Accepted);
                    newest = response.Revision;
                    acknowledged.Add(name);
                }
            }
            catch (RpcException)
            {
                await kill;
            }
        }

        Assert.True(acknowledged.Count > 20, $"only {acknowledged.Count} changes were acknowledged");
    }

    [Fact]
    public async Task SIGTERM_ends_open_streams_and_the_process_with_0()
    {
        using var server = await Running.StartAsync(_directory["data"]);
        await using var agent = await TestAgent.ConnectAsync(server.Channel, TestAgent.FactsOf("a", "10.0.0.1"));
        await agent.SyncAsync(1);
        using var watch = server.Admin.Watch(new() { FromRevision = 2 });
        var watching = watch.ResponseStream.MoveNext();
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Equal(StatusCode.Unavailable, (await agent.EndAsync()).StatusCode);
        await Assert.ThrowsAsync<RpcException>(() => watching);
    }

    [Fact]
    public async Task Systemd_is_told_of_readiness_life_and_the_end()
    {
        var path = _directory["notify"];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        using var server = await Running.StartAsync(_directory["data"], ("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "400000"), ("JOURNAL_STREAM", "8:1"));
        Assert.Equal(["READY=1", "WATCHDOG=1", "WATCHDOG=1"], (await Received(socket, 3)).Order());
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Contains("STOPPING=1", await Received(socket, "STOPPING=1"));
        Assert.All(server.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("^<[2-7]>[^\u001b]", line));
    }

    [Theory]
    [InlineData("nothing says data", 2)]
    [InlineData("--nonsense", 2, "--nonsense")]
    [InlineData("ADDR:PORT", 2, "--data", "{dir}/data", "--listen", "12:34:56")]
    [InlineData("{dir}/c.json:1:12", 2, "--config", "{dir}/c.json")]
    [InlineData("{dir}/none.json", 2, "--config", "{dir}/none.json")]
    [InlineData("another program", 2, "--data", "{dir}/foreign", "--listen", "127.0.0.1:0", "--insecure")]
    [InlineData("damaged", 3, "--data", "{dir}/damaged", "--listen", "127.0.0.1:0", "--insecure")]
    [InlineData("in use", 3, "--data", "{dir}/data", "--listen", "127.0.0.1:{port}", "--insecure")]
    public async Task Bad_input_ends_with_a_code_and_a_reason(string reason, int code, params string[] arguments)
    {
        File.WriteAllText(_directory["c.json"], "{\"data\": 12}");
        Directory.CreateDirectory(_directory["foreign"]);
        using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_directory["foreign"]}/edgecontrol.db;Pooling=False"))
        {
            SQLitePCL.Batteries_V2.Init();
            await other.OpenAsync();
            using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE theirs (x)";
            await command.ExecuteNonQueryAsync();
        }

        Directory.CreateDirectory(_directory["damaged"]);
        File.WriteAllText(_directory["damaged/edgecontrol.db"], new string('z', 5000));
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        string Fill(string text) => text.Replace("{dir}", _directory.Path, StringComparison.Ordinal).Replace("{port}", port, StringComparison.Ordinal);

        using var process = Process.Start(Running.StartInfo([.. arguments.Select(Fill)]))!;
        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(Eventually.Patience);
        await process.WaitForExitAsync();
        Assert.Contains(Fill(reason), errors, StringComparison.Ordinal);
        Assert.Equal(code, process.ExitCode);
    }

    [Fact]
    public async Task A_configuration_file_is_enough()
    {
        var (grpc, http) = (Running.FreePort(), Running.FreePort());
        File.WriteAllText(_directory["c.json"], $$"""
            {
              // relative to this file
              "data": "state", "listen": "127.0.0.1:{{grpc}}", "http": "localhost:{{http}}", "insecure": true, "heartbeatSeconds": 1,
            }
            """);
        using var server = await Running.StartAsync(grpc, http, ["--config", _directory["c.json"]]);
        Assert.Equal(0, (await server.Admin.StatusAsync(new())).Revision);
        Assert.True(File.Exists(_directory["state/edgecontrol.db"]));
    }

    private static async Task<List<string>> Received(Socket socket, int count)
    {
        var messages = new List<string>();
        while (messages.Count < count)
            messages.Add(await One(socket));
        return messages;
    }

    private static async Task<List<string>> Received(Socket socket, string last)
    {
        var messages = new List<string>();
        while (messages.Count == 0 || messages[^1] != last)
            messages.Add(await One(socket));
        return messages;
    }

    private static async Task<string> One(Socket socket)
    {
        var buffer = new byte[100];
        using var patience = new CancellationTokenSource(Eventually.Patience);
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, patience.Token));
    }

    internal sealed class Running : IDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _errors = new();

        private Running(Process process, int port)
        {
            _process = process;
            _process.ErrorDataReceived += (_, line) => _errors.Append(line.Data).Append('\n');
            _process.BeginErrorReadLine();
            Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
            Admin = new(Channel);
        }

        public GrpcChannel Channel { get; }

        public AdminService.AdminServiceClient Admin { get; }

        public string Errors => _errors.ToString();

        public static Task<Running> StartAsync(string data, params (string Name, string Value)[] environment)
        {
            var (grpc, http) = (FreePort(), FreePort());
            return StartAsync(grpc, http, ["--data", data, "--listen", $"127.0.0.1:{grpc}", "--http", $"127.0.0.1:{http}", "--insecure"], environment);
        }

        public static Task<Running> StartAsync(int grpc, int http, string[] arguments, params (string Name, string Value)[] environment) =>
            StartAsync(grpc, http, StartInfo(arguments), environment);

        public static async Task<Running> StartAsync(int grpc, int http, ProcessStartInfo info, params (string Name, string Value)[] environment)
        {
            foreach (var (name, value) in environment)
                info.Environment[name] = value;
            var running = new Running(Process.Start(info)!, grpc);
            using var client = new HttpClient();
            await Eventually.HoldsAsync(
                async () =>
                {
                    Assert.False(running._process.HasExited, running.Errors);
                    try
                    {
                        return (await client.GetAsync($"http://127.0.0.1:{http}/readyz")).IsSuccessStatusCode;
                    }
                    catch (HttpRequestException)
                    {
                        return false;
                    }
                },
                "the server is ready");
            return running;
        }

        public static ProcessStartInfo StartInfo(string[] arguments)
        {
            // The program beside this test's own assembly: the same build.
            var info = new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet", [Path.Combine(AppContext.BaseDirectory, "edgecontrol.dll"), .. arguments])
            {
                RedirectStandardError = true,
            };
            info.Environment.Remove("NOTIFY_SOCKET");
            return info;
        }

        public static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        public int Id => _process.Id;

        public void Kill() => _process.Kill();

        public async Task<int> TerminateAsync()
        {
            using (var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process.Id}"]))
                await kill.WaitForExitAsync();
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
            return _process.ExitCode;
        }

        public void Dispose()
        {
            Channel.Dispose();
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
