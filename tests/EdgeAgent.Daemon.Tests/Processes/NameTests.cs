using System.Net;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>An agent that is granted a name, a name server that answers as the test says, and packets.</summary>
[Collection(OtherProcessCollection.Name)]
public sealed class NameTests : IAsyncLifetime
{
    private const int Port = 5432;
    private const string Name = "db.example.com";
    private static readonly HostPolicy ByName = Policies.OutboundByName(7, Port, Name);

    private readonly AgentLab _lab = new();
    private FakeNameServer _names = null!;
    private IPAddress _first = null!, _second = null!, _sixth = null!;
    private EchoServer _echo = null!;

    private string ResolverFile => Path.Combine(_lab.Directory.Path, "resolv.conf");

    private string HostsFile => Path.Combine(_lab.Directory.Path, "hosts");

    public Task InitializeAsync()
    {
        (_first, _second) = (_lab.Pair.AddClientAddress("10.99.0.21"), _lab.Pair.AddClientAddress("10.99.0.22"));
        _sixth = IPAddress.Parse("fd99::21");
        _lab.Pair.Client.Ip($"addr add {_sixth}/64 dev {NamespacePair.Device} nodad");
        _names = new(_lab.Pair.Client, _lab.Pair.ClientV4);
        _echo = new(_lab.Pair.Client, Port);
        File.WriteAllText(ResolverFile, $"nameserver {_lab.Pair.ClientV4}\noptions timeout:1 attempts:1\n");
        File.WriteAllText(HostsFile, "127.0.0.1 localhost\n");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _names.Dispose();
        _echo.Dispose();
        await _lab.DisposeAsync();
    }

    [Fact]
    public async Task Packets_follow_the_answers_to_the_new_address_at_once_and_to_the_old_until_the_grace_is_over()
    {
        _names.Has(life: 0, $"{_first}", $"{_sixth}");
        var (controlPlane, _) = await StartAsync("--name-grace-seconds", "8");
        await AgentLab.UntilAsync(() => (To(_first), To(_sixth)) == (ProbeResult.Answered, ProbeResult.Answered), "the addresses");
        Assert.Equal(ProbeResult.Silent, To(_second));
        var status = await controlPlane.WaitAsync(status => !status.Names.IsEmpty && status.Names[0].Addresses.Count == 2, "with the addresses");
        Assert.Equal((Name, "10.99.0.1", TimeSpan.FromSeconds(5), ""), (status.Names[0].Name, status.Names[0].Source, status.Names[0].TimeToLive, status.Names[0].Problem));
        Assert.Equal(HostPolicyDigest.Of(ByName), status.PolicyDigest);
        Assert.Equal(new Stamp(ByName.Revision, HostPolicyDigest.Of(ByName)), Stamp.Of(_lab.Table()!));

        // The answer held no second, and is asked for again after five.
        _names.Has(life: 600, $"{_second}");
        await controlPlane.WaitAsync(status => status.Names is [var name] && name.Addresses.Contains(IpAddress.Parse($"{_second}")), "with the new address");
        await AgentLab.UntilAsync(() => To(_second) == ProbeResult.Answered, "the new address in the kernel");
        Assert.Equal(ProbeResult.Answered, To(_first));
        await controlPlane.WaitAsync(status => status.Names is [{ Leaving.IsEmpty: true, Addresses.Count: 1 }], "without the old addresses");
        await AgentLab.UntilAsync(() => (To(_first), To(_sixth)) == (ProbeResult.Silent, ProbeResult.Silent), "the kernel without the old addresses");
        Assert.Equal(ProbeResult.Answered, To(_second));

        // What the kernel holds is what a policy with these addresses instead of names comes to.
        var byAddress = ByName with { DomainSets = HostPolicy.Empty.DomainSets, Sets = Policies.Sets(new AddressSet("names", [Cidr.Parse($"{_second}")])) };
        var kept = new PolicyCache(_lab.Directory.State, new DurableFiles()).Load()!.InForce;
        Assert.Equal(RulesetDigest.Of(RulesetCompiler.Compile(byAddress, CompileOptions.Default with { Failsafes = kept.Failsafes })), RulesetDigest.Of(_lab.Table()!));
        await AgentLab.UntilAsync(() => _lab.Command("verify").ExitCode == 0, "a clean comparison", () => _lab.Command("verify").Output);
        Assert.Contains($"{Name}: {_second}", _lab.Command("status").Output, StringComparison.Ordinal);
        Assert.DoesNotContain(controlPlane.Statuses.SkipWhile(seen => seen.State != HostState.Realized), seen => seen.State != HostState.Realized);
        Assert.True(_names.Questions.Select(asked => asked.Port).Distinct().Count() >= 4 && _names.Questions.Select(asked => asked.Id).Distinct().Count() >= 4);
        Assert.All(_names.Questions, asked => Assert.True(asked is { Name: Name, OverTcp: false, Extended: true, Type: Message.A or Message.Aaaa }));
    }

    [Fact]
    public async Task A_connection_to_an_address_that_left_goes_on()
    {
        _names.Has(life: 600, $"{_first}");
        var (controlPlane, _) = await StartAsync("--name-grace-seconds", "0");
        using var connection = _lab.Host.Run(() => new System.Net.Sockets.TcpClient(_first.ToString(), Port));
        Assert.True(Exchanges(connection));
        _names.Has(life: 600, $"{_second}");
        AskAgain();
        await AgentLab.UntilAsync(() => To(_second) == ProbeResult.Answered, "the new address");
        await controlPlane.WaitAsync(status => status.Names is [{ Leaving.IsEmpty: false }], "with an address that is leaving");
        Assert.True(Exchanges(connection));
        Assert.DoesNotContain(_lab.Marks(), mark => mark != 0);
    }

    [Fact]
    public async Task Without_an_answer_nothing_is_granted_and_a_lost_name_server_takes_nothing_away()
    {
        _names.Reply = asked => [new Message(asked.Id, asked.Name, asked.Type, code: 2).Bytes];
        var (controlPlane, agent) = await StartAsync();
        Assert.Equal(ProbeResult.Silent, To(_first));
        var status = await controlPlane.WaitAsync(status => status.Names is [{ Problem.Length: > 0 }], "with a problem");
        Assert.Contains("SERVFAIL", status.Names[0].Problem, StringComparison.Ordinal);
        Assert.Contains("nothing is granted", status.Names[0].Problem, StringComparison.Ordinal);

        _names.Has(life: 600, $"{_first}");
        AskAgain();
        await AgentLab.UntilAsync(() => To(_first) == ProbeResult.Answered, "the address");
        _names.Reply = _ => [];
        AskAgain();
        status = await controlPlane.WaitAsync(status => status.Names is [{ Problem: var problem }] && problem.Contains("no answer within 1 s", StringComparison.Ordinal), "with silence");
        Assert.Contains("the last addresses stay", status.Names[0].Problem, StringComparison.Ordinal);
        Assert.Equal(ProbeResult.Answered, To(_first));

        // A start without any name server has the addresses of before, before the control plane is there.
        agent.Kill();
        await _lab.StopControlPlaneAsync();
        _lab.Host.Nft("flush ruleset");
        _lab.StartAgent("--resolver-file", ResolverFile, "--hosts-file", HostsFile);
        await AgentLab.UntilAsync(() => _lab.Table() is not null && To(_second) == ProbeResult.Silent, "the policy from disk");
        Assert.Equal(ProbeResult.Answered, To(_first));
    }

    [Fact]
    public async Task Long_answers_come_over_TCP_and_forged_ones_are_dropped()
    {
        _names.Reply = asked => asked.OverTcp
            ? [Message.Answer(asked.Id, asked.Name, asked.Type, 600, [.. Enumerable.Range(30, 100).Select(i => $"10.99.7.{i}"), $"{_first}"])]
            : [Message.Answer((ushort)(asked.Id + 1), asked.Name, asked.Type, 600, [$"{_second}"]), Message.Answer(asked.Id, "evil.example.com", asked.Type, 600, [$"{_second}"]), Message.Answer(asked.Id, asked.Name, asked.Type, 600, [], 0x8380)];
        var (controlPlane, _) = await StartAsync();
        await AgentLab.UntilAsync(() => To(_first) == ProbeResult.Answered, "the address of the long answer", () => controlPlane.LastStatus?.Names.ToString() ?? "");
        Assert.Equal(ProbeResult.Silent, To(_second));
        Assert.Contains(_names.Questions, asked => asked.OverTcp);

        // Somebody who floods the host with answers is outwaited over TCP.
        _names.Questions.Clear();
        _names.Reply = asked => asked.OverTcp
            ? [Message.Answer(asked.Id, asked.Name, asked.Type, 600, [$"{_first}"])]
            : Enumerable.Range(1, 40).Select(i => Message.Answer((ushort)(asked.Id + i), asked.Name, asked.Type, 600, [$"{_second}"]));
        AskAgain();
        await AgentLab.UntilAsync(() => _names.Questions.Any(asked => asked.OverTcp), "a question over TCP");
        await AgentLab.UntilAsync(
            () =>
            {
                controlPlane.Send(new() { Command = new() { Verify = new() } });
                return controlPlane.LastStatus!.Names is [{ Addresses.Count: 1, Leaving.Count: > 10, Problem: "" }];
            },
            "one address",
            () => controlPlane.LastStatus!.Names.ToString());
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (To(_first), To(_second)));
    }

    [Fact]
    public async Task The_hosts_file_goes_first_and_special_addresses_are_not_granted()
    {
        _names.Has(life: 600, $"{_first}", "127.0.0.1", "169.254.169.254");
        var (controlPlane, _) = await StartAsync();
        await AgentLab.UntilAsync(() => To(_first) == ProbeResult.Answered, "the address");
        var status = await controlPlane.WaitAsync(status => status.Names is [{ Problem.Length: > 0 }], "with a problem");
        Assert.Contains("169.254.169.254 is not granted by name: link-local", status.Names[0].Problem, StringComparison.Ordinal);

        File.WriteAllText(HostsFile, $"{_second} {Name}\n");
        status = await controlPlane.WaitAsync(status => status.Names is [{ Source: var source }] && source.EndsWith("hosts", StringComparison.Ordinal), "with the hosts file");
        Assert.Equal([IpAddress.Parse($"{_second}")], status.Names[0].Addresses);
        await AgentLab.UntilAsync(() => To(_second) == ProbeResult.Answered, "the address of the hosts file");
    }

    [Fact]
    public async Task The_agents_own_questions_pass_where_failsafes_were_narrowed()
    {
        _names.Has(life: 600, $"{_first}");
        var (controlPlane, _) = await StartGivenAsync([new("ssh", Direction.Inbound, IpProtocol.Tcp, PortRange.Single(22))]);
        await AgentLab.UntilAsync(() => To(_first) == ProbeResult.Answered, "the address", () => controlPlane.LastStatus?.Names.ToString() ?? "");
        Assert.Contains("outbound UDP/53 to 10.99.0.1 (name-servers)", controlPlane.LastStatus!.AlwaysOpen);
        var answered = _names.Questions.Count;
        AskAgain();
        await AgentLab.UntilAsync(() => _names.Questions.Count > answered, "further questions");
    }

    private Task<(FakeControlPlane ControlPlane, AgentProcess Agent)> StartAsync(params string[] more) => StartGivenAsync(null, more);

    private async Task<(FakeControlPlane ControlPlane, AgentProcess Agent)> StartGivenAsync(IReadOnlyList<Failsafe>? failsafes, params string[] more)
    {
        var controlPlane = await _lab.StartControlPlaneAsync(ByName, failsafes: failsafes);
        var agent = _lab.StartAgent(["--resolver-file", ResolverFile, "--hosts-file", HostsFile, .. more]);
        await controlPlane.RealizedAsync(ByName);
        return (controlPlane, agent);
    }

    /// <summary>Another resolver file has everything asked anew.</summary>
    private void AskAgain() => File.AppendAllText(ResolverFile, "# changed\n");

    private ProbeResult To(IPAddress address) => Probe.Tcp(_lab.Host, address, Port, Probe.Silence);

    private static bool Exchanges(System.Net.Sockets.TcpClient connection)
    {
        connection.GetStream().WriteByte(7);
        connection.ReceiveTimeout = 5000;
        return connection.GetStream().ReadByte() == 7;
    }
}
