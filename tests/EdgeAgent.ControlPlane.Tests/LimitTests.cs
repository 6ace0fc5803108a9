using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Hosting;
using EdgeAgent.ControlPlane.Trust;
using Grpc.Core;
using static EdgeAgent.ControlPlane.Tests.TrustedClients;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>What one peer can take of the server.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Whoever_says_nothing_or_begins_and_does_not_go_on_is_let_go()
    {
        await using var server = await StartSecureAsync();
        using var silent = await ConnectAsync(server);
        using var slow = await ConnectAsync(server);
        await using var tls = new SslStream(new NetworkStream(slow));
        await tls.AuthenticateAsClientAsync(Options(server, SslProtocols.None));
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "u8.ToArray());
        await using var nothing = new NetworkStream(silent);
        await AssertEndsAsync(nothing);
        await AssertEndsAsync(tls);
        Assert.Equal(0, (await AdminOf(server).StatusAsync(new())).Revision);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task The_last_two_versions_of_TLS_are_spoken(SslProtocols version)
    {
        await using var server = await StartSecureAsync();
        using var socket = await ConnectAsync(server);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(Options(server, version));
        Assert.Equal(version, tls.SslProtocol);
    }

    [Fact]
    public async Task Whoever_calls_without_end_is_told_to_wait_and_nobody_else_is()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        var stranger = Stranger(server);
        // The client is told with the first answer how many calls the server takes on a connection at once; more would be refused before they are counted.
        Status[] ends = [await EndAsync(), .. await Task.WhenAll(Enumerable.Range(0, 599).Select(_ => EndAsync()))];
        var said = string.Join('\n', ends.CountBy(end => $"{end.StatusCode} {end.Detail}").Select(end => $"{end.Value} times {end.Key}"));
        Assert.True(ends.Any(end => end.StatusCode == StatusCode.ResourceExhausted), said);
        Assert.True(ends.Count(end => end.StatusCode == StatusCode.OK) >= 200, said);
        await admin.StatusAsync(new());

        async Task<Status> EndAsync()
        {
            try
            {
                await stranger.AuthoritiesAsync(new());
                return Status.DefaultSuccess;
            }
            catch (RpcException e)
            {
                return e.Status;
            }
        }
    }

    [Fact]
    public async Task So_many_handshakes_are_made_at_once_and_the_others_wait_in_order_but_for_those_who_leave()
    {
        var turns = new HandshakeTurns(2, TimeSpan.FromMinutes(10), () => false, TimeProvider.System);
        using var first = await turns.TakeAsync(CancellationToken.None);
        using var second = await turns.TakeAsync(CancellationToken.None);
        using var left = new CancellationTokenSource();
        var leaving = turns.TakeAsync(left.Token);
        var (third, fourth) = (turns.TakeAsync(CancellationToken.None), turns.TakeAsync(CancellationToken.None));
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.False(third.IsCompleted || fourth.IsCompleted);

        first.Dispose();
        first.Dispose();
        using var next = await third.WaitAsync(Eventually.Patience);
        Assert.False(fourth.IsCompleted);
        second.Dispose();
        (await fourth.WaitAsync(Eventually.Patience)).Dispose();
    }

    [Fact]
    public async Task A_client_that_makes_its_handshake_slowly_keeps_nobody_waiting_for_long_but_a_busy_machine_does()
    {
        var isBusy = true;
        var turns = new HandshakeTurns(1, TimeSpan.FromMilliseconds(20), () => Volatile.Read(ref isBusy), TimeProvider.System);
        var slow = await turns.TakeAsync(CancellationToken.None);
        var waiting = turns.TakeAsync(CancellationToken.None);
        await Task.Delay(100);
        Assert.False(waiting.IsCompleted);
        Volatile.Write(ref isBusy, false);
        var next = await waiting.WaitAsync(Eventually.Patience);

        // Its own end, later, is not a second one.
        slow.Dispose();
        next.Dispose();
    }

    [Fact]
    public void Rates_recover_with_time_and_callers_are_forgotten()
    {
        var time = new ManualTime();
        var rates = new CallRates(time);
        for (var i = 0; i < 200; i++)
            rates.Count("a");
        Assert.Throws<RpcException>(() => rates.Count("a"));
        rates.Count("b");
        time.Now += TimeSpan.FromSeconds(1);
        for (var i = 0; i < 50; i++)
            rates.Count("a");
        Assert.Throws<RpcException>(() => rates.Count("a"));
        for (var i = 0; i < 30_000; i++)
        {
            time.Now += TimeSpan.FromMilliseconds(1);
            rates.Count($"caller {i}");
        }
    }

    [Fact]
    public void The_authoritys_key_lies_encrypted_and_only_its_secret_opens_it()
    {
        using var directory = new TestDirectory();
        AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow);
        Assert.Contains("ENCRYPTED", File.ReadAllText(directory["ca.key"]), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["ca.secret"]));
        AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow);
        File.Move(directory["ca.secret"], directory["elsewhere"]);
        Assert.Contains("ca.secret", Assert.Throws<ConfigurationException>(() => AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow)).Message, StringComparison.Ordinal);
        AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow, directory["elsewhere"]);
        File.WriteAllText(directory["wrong"], "not it");
        Assert.Contains("wrong", Assert.Throws<ConfigurationException>(() => AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow, directory["wrong"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_lies_open_is_encrypted_when_it_is_read()
    {
        using var directory = new TestDirectory();
        string before;
        using (var authority = AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow).Issuing)
            before = authority.Certificate.Thumbprint;
        using (var key = System.Security.Cryptography.ECDsa.Create())
        {
            var kept = JsonDocument.Parse(File.ReadAllText(directory["ca.key"])).RootElement.GetProperty("authorities")[0].GetProperty("key").GetString();
            key.ImportFromEncryptedPem(kept, File.ReadAllText(directory["ca.secret"]).Trim());
            File.WriteAllText(directory["ca.key"], key.ExportPkcs8PrivateKeyPem());
        }

        File.Delete(directory["ca.secret"]);
        using var again = AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow).Issuing;
        Assert.Equal(before, again.Certificate.Thumbprint);
        Assert.Contains("ENCRYPTED", File.ReadAllText(directory["ca.key"]), StringComparison.Ordinal);
    }

    private static async Task<Socket> ConnectAsync(TestServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.GrpcAddress.Host, server.GrpcAddress.Port);
        return socket;
    }

    private static SslClientAuthenticationOptions Options(TestServer server, SslProtocols version)
    {
        using var handler = Handler(null, Authority(server));
        return new() { TargetHost = "127.0.0.1", EnabledSslProtocols = version, CertificateChainPolicy = handler.SslOptions.CertificateChainPolicy };
    }

    private static async Task AssertEndsAsync(Stream stream)
    {
        var buffer = new byte[1024];
        try
        {
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Eventually.Patience) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset rather than closed: gone all the same.
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long GetTimestamp() => Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
