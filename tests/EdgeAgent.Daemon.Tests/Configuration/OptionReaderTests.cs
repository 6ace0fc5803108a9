using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class OptionReaderTests : IDisposable
{
    private static readonly RunArguments Least = new() { ControlPlane = "https://cp:7400", Name = "ratings-1", StateDirectory = "/s" };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Defaults_are_those_of_the_contract()
    {
        var options = OptionReader.Read(Least with { ControlPlane = "http://cp:7400", Insecure = true });
        Assert.Equal(("default", "auto", TimeSpan.FromSeconds(30)), (options.Namespace, options.Backend, options.ConfirmWithin));
        Assert.Equal(Failsafe.Defaults, options.Failsafes);
        Assert.Null(OptionReader.Read(Least with { NoConfirm = true }).ConfirmWithin);
    }

    [Fact]
    public void Several_control_planes_are_separated_by_commas()
    {
        var options = OptionReader.Read(Least with { ControlPlane = "https://a:7400, https://b:7400,https://a:7400" });
        Assert.Equal([new Uri("https://a:7400"), new Uri("https://b:7400")], options.ControlPlanes);
    }

    [Fact]
    public void The_command_line_wins_over_the_file()
    {
        var options = OptionReader.Read(new()
        {
            Config = Config("""
                {
                  // of the file
                  "controlPlane": "http://10.0.0.1:7400", "insecure": true, "name": "a", "namespace": "shop", "stateDir": "/x",
                  "labels": {"app": "reviews", "tier": "1"}, "ports": {"http": "TCP/9080"}, "addresses": ["10.0.0.6"], "confirmSeconds": 5,
                  "failsafes": [{"name": "ssh", "direction": "inbound", "protocol": "TCP", "ports": "22", "peers": ["10.0.0.0/8"]}],
                }
                """),
            Name = "b",
            Labels = ["app=ratings"],
            Ports = ["metrics=TCP/9090"],
        });
        Assert.Equal(("b", "shop", "/x", TimeSpan.FromSeconds(5)), (options.Name, options.Namespace, options.StateDirectory, options.ConfirmWithin));
        Assert.Equal([new("app", "ratings"), new("tier", "1")], options.Labels);
        Assert.Equal([new("http", IpProtocol.Tcp, 9080), new("metrics", IpProtocol.Tcp, 9090)], options.Ports);
        Assert.Equal([new Failsafe("ssh", Direction.Inbound, IpProtocol.Tcp, PortRange.Single(22)) { Peers = [Cidr.Parse("10.0.0.0/8")] }], options.Failsafes);
        Assert.Equal([IpAddress.Parse("10.0.0.6")], options.Addresses);
    }

    [Theory]
    [InlineData("{\"nmae\": \"x\"}", ":1:", "nmae")]
    [InlineData("{\n \"insecure\": 3}", ":2:", "insecure")]
    [InlineData("{\"name\": ", ":1:", "JSON")]
    [InlineData("null", ":1:1", "object")]
    [InlineData("{\"failsafes\": [{\"name\": \"x\", \"direction\": \"up\", \"protocol\": \"TCP\"}]}", "'up'", "inbound or outbound")]
    [InlineData("{\"failsafes\": [{\"name\": \"x\", \"direction\": \"inbound\", \"protocol\": \"ICMP\", \"ports\": \"1\"}]}", "ICMP", "no ports")]
    public void A_bad_file_is_refused_with_place_and_expectation(string content, string where, string what)
    {
        var path = Config(content);
        var error = Assert.Throws<BadInputException>(() => OptionReader.Read(Least with { Config = path }));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "Ratings")]
    [InlineData("name", "a..b")]
    [InlineData("name", "")]
    [InlineData("namespace", "a.b")]
    [InlineData("label", "novalue")]
    [InlineData("label", "=x")]
    [InlineData("label", "a b=x")]
    [InlineData("label", "k=-x")]
    [InlineData("port", "http=9080")]
    [InlineData("port", "http=TCP/0")]
    [InlineData("port", "http=TCP/70000")]
    [InlineData("port", "http=ICMP/1")]
    [InlineData("port", "=TCP/1")]
    [InlineData("address", "10.0.0.300")]
    [InlineData("control-plane", "cp:7400")]
    [InlineData("control-plane", "http://cp:7400")]
    [InlineData("control-plane", "https://cp:7400/x")]
    [InlineData("control-plane", "https://cp:7400,")]
    [InlineData("control-plane", "https://cp:7400,http://other:7400")]
    [InlineData("backend", "ipfw")]
    [InlineData("first-boot", "closed")]
    [InlineData("log-level", "loud")]
    public void Bad_values_are_refused_with_what_was_expected(string option, string value)
    {
        var arguments = option switch
        {
            "name" => Least with { Name = value },
            "namespace" => Least with { Namespace = value },
            "label" => Least with { Labels = [value] },
            "port" => Least with { Ports = [value] },
            "address" => Least with { Addresses = [value] },
            "first-boot" => Least with { FirstBoot = value },
            "control-plane" => Least with { ControlPlane = value },
            "backend" => Least with { Backend = value },
            _ => Least with { LogLevel = value },
        };
        Assert.Contains("expected", Assert.Throws<BadInputException>(() => OptionReader.Read(arguments)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_options_are_named()
    {
        Assert.Contains("--name", Assert.Throws<BadInputException>(() => OptionReader.Read(Least with { Name = null, ControlPlane = "http://cp:7400", Insecure = true })).Message, StringComparison.Ordinal);
        Assert.Contains("--state-dir", Assert.Throws<BadInputException>(() => OptionReader.Read(Least with { StateDirectory = null })).Message, StringComparison.Ordinal);
        Assert.Contains("--control-plane", Assert.Throws<BadInputException>(() => OptionReader.Read(Least with { ControlPlane = null })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Over_TLS_the_token_or_the_certificate_says_who_the_host_is()
    {
        var options = OptionReader.Read(Least with { Name = null, TokenFile = "/t" });
        Assert.Equal(("", "", "/t", null), (options.Name, options.Namespace, options.TokenFile, options.Token));
        var file = Config("""{"tokenFile": "/f", "credentials": {"certificate": "c", "key": "k", "authorities": "a"}}""");
        options = OptionReader.Read(Least with { Config = file });
        Assert.Equal(("/f", new CredentialFiles("c", "k", "a")), (options.TokenFile, options.Credentials));
        options = OptionReader.Read(Least with { Config = file, Token = "t" });
        Assert.Equal((null, "t"), (options.TokenFile, options.Token));
        Assert.Contains("expected", Assert.Throws<BadInputException>(() => OptionReader.Read(Least with { TokenFile = "/t", Token = "t" })).Message, StringComparison.Ordinal);
    }

    private string Config(string content)
    {
        var path = Path.Combine(_directory.Path, "agent.json");
        File.WriteAllText(path, content);
        return path;
    }
}
