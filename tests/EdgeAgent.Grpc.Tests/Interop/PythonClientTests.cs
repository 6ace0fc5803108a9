using EdgeAgent.GrpcTests.Support;

namespace EdgeAgent.GrpcTests.Interop;

/// <summary>grpcio calls our server; python/echo_client.py holds the checks.</summary>
public abstract class PythonClientTests(PythonClientRun run)
{
    public static TheoryData<string> Checks =>
    [
        "unary", "server_streaming", "client_streaming", "duplex_streaming", "every_status_code", "status_message_in_unicode", "error_within_a_stream",
        "metadata", "deadline_exceeded", "deadline_within_a_stream", "cancellation", "one_mebibyte_each_way", "oversize_is_refused", "gzip_request",
        "other_encoding_is_refused", "unknown_method",
    ];

    [Theory]
    [MemberData(nameof(Checks))]
    public void Check(string name) => Assert.Contains($"ok {name}", run.Results);

    [Fact]
    public void Every_check_of_the_script_is_known_here() =>
        Assert.Equal(Checks.Count, run.Results.Count);
}

public sealed class PlainPythonClientTests(PlainPythonClientRun run) : PythonClientTests(run), IClassFixture<PlainPythonClientRun>;

public sealed class MutualTlsPythonClientTests(MutualTlsPythonClientRun run) : PythonClientTests(run), IClassFixture<MutualTlsPythonClientRun>;

public sealed class PlainPythonClientRun() : PythonClientRun(Security.Plain);

public sealed class MutualTlsPythonClientRun() : PythonClientRun(Security.MutualTls);

/// <summary>One run of the script, with a line for each check.</summary>
public abstract class PythonClientRun(Security security) : IAsyncLifetime
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("edgeagent-grpc-");

    public IReadOnlyList<string> Results { get; private set; } = [];

    public async Task InitializeAsync()
    {
        await PythonProcess.GenerateAsync(directory.FullName);
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        string[] certificates = [];
        if (security == Security.MutualTls)
        {
            certificates = [directory.FullName];
            await WriteAsync("ca.pem", TestCertificates.Authority.ExportCertificatePem());
            await WriteAsync("client.pem", TestCertificates.Client.ExportCertificatePem());
            using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(TestCertificates.Client)!;
            await WriteAsync("client.key", key.ExportPkcs8PrivateKeyPem());
        }

        using var client = PythonProcess.Run("echo_client.py", [directory.FullName, server.Address.Authority, .. certificates]);
        Results = (await client.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public Task DisposeAsync()
    {
        directory.Delete(recursive: true);
        return Task.CompletedTask;
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(directory.FullName, name), text);
}
