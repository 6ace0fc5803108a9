using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("127.0.0.1:7443", "127.0.0.1:7443")]
    [InlineData("[::1]:0", "[::1]:0")]
    [InlineData("*:65535", "[::]:65535")]
    [InlineData("localhost:1", "127.0.0.1:1")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("7443", null)]
    [InlineData(":7443", null)]
    [InlineData("::1:7443", null)]
    [InlineData("127.0.0.1:65536", null)]
    [InlineData("127.0.0.1:-1", null)]
    [InlineData("host.example:1", null)]
    [InlineData("", null)]
    public void An_address_to_listen_on(string text, string? expected) =>
        Assert.Equal(expected, ListenAddress.TryParse(text, out var address) ? address.ToString() : null);

    [Fact]
    public void Paths_are_relative_to_the_file_and_the_command_line_wins()
    {
        File.WriteAllText(_directory["c.json"], """{"data": "d", "listen": "127.0.0.1:1", "http": "127.0.0.1:2", "trustDomain": "example.org", "reportSeconds": 5, "history": {"keepDays": 30}, "tls": {"certificate": "a.pem", "key": "/abs/b.pem", "clientAuthorities": "c.pem", "signingCertificate": "s.pem", "signingKey": "/abs/s.key"}}""");
        var read = ConfigurationReader.Read(new(_directory["c.json"], null, null, "127.0.0.1:3", true));
        Assert.Equal(_directory["d"], read.DataDirectory);
        Assert.Equal((1, 3, true, "example.org"), (read.Listen.Port, read.Http!.Port, read.Insecure, read.TrustDomain));
        Assert.Equal(new(_directory["a.pem"], "/abs/b.pem", _directory["c.pem"], _directory["s.pem"], "/abs/s.key"), read.Certificates);
        Assert.Equal(new(TimeSpan.FromDays(30), 1000), read.History);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), (read.ReportInterval, read.HeartbeatInterval));
    }

    [Theory]
    [InlineData("""{"data": "d", "listen": "nowhere"}""", "listen: 'nowhere'")]
    [InlineData("""{"data": "d", "listen": "127.0.0.1:1", "colour": 1}""", "colour")]
    [InlineData("""{"data": "d", "listen": "127.0.0.1:1", "tls": {"key": "k"}}""", "only some of")]
    [InlineData("""{"data": "d", "listen": "127.0.0.1:1", "reportSeconds": 0}""", "reportSeconds: 0 is out of range")]
    [InlineData("""{"data": "d", "listen": "127.0.0.1:1", "trustDomain": "Ex ample"}""", "trustDomain")]
    [InlineData("""{"data": "d", "listen": "127.0.0.1:1", "history": {"keepDays": 0.5}}""", "history.keepDays: 0.5 is out of range; expected 1 to 36500")]
    [InlineData("""{"data": "d", "listen": "127.0.0.1:1", "history": {"keepRevisions": 0}}""", "history.keepRevisions: 0 is out of range")]
    [InlineData("""{"listen": "127.0.0.1:1"}""", "--data DIR")]
    [InlineData("[]", ":1:2")]
    [InlineData("null", "expected an object")]
    public void What_is_wrong_is_said_with_the_file(string json, string reason)
    {
        File.WriteAllText(_directory["c.json"], json);
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(new(_directory["c.json"], null, null, null, false)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
