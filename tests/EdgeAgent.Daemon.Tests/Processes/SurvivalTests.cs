using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

[Collection(ProcessCollection.Name)]
public sealed class SurvivalTests : IAsyncLifetime
{
    private const int Open = 9080, Closed = 9081;
    private static readonly HostPolicy First = Policies.Inbound(7, Open, "10.99.0.1");

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task After_a_restart_the_policy_from_disk_is_enforced_without_a_control_plane()
    {
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        await AgentLab.UntilAsync(() => !File.Exists(_lab.Directory.State.ConfirmedPolicy), "the confirmation");
        var expected = RulesetText.Of(_lab.Table()!);
        agent.Kill();
        await _lab.StopControlPlaneAsync();
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Closed));
        _lab.Host.Nft("flush ruleset");
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Closed));

        agent = _lab.StartAgent();
        await AgentLab.UntilAsync(() => _lab.Table() is { } table && RulesetText.Of(table) == expected, "the table from disk", () => agent.Output);
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Closed));
        await AgentLab.UntilAsync(() => _lab.Status() is { State: "Realized", Connected: false, ConnectionProblem.Length: > 0 }, "a status that says that the control plane is away", () => agent.Output);

        var second = Policies.Inbound(8, Closed, "10.99.0.1");
        controlPlane = await _lab.StartControlPlaneAsync(second);
        await controlPlane.RealizedAsync(second);
        Assert.Equal((7L, HostPolicyDigest.Of(First).Hex), (controlPlane.Hellos.First().Revision, controlPlane.Hellos.First().Digest));
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Closed));
    }

    [Fact]
    public async Task A_damaged_cache_is_refused_said_and_replaced_by_a_fresh_snapshot()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        agent.Kill();
        var file = File.ReadAllBytes(_lab.Directory.State.Policy);
        file[file.Length / 2] ^= 1;
        File.WriteAllBytes(_lab.Directory.State.Policy, file);
        Assert.Equal(2, _lab.Command("show").ExitCode);

        var sent = controlPlane.Statuses.Count();
        agent = _lab.StartAgent();
        await AgentLab.UntilAsync(() => controlPlane.Statuses.Skip(sent).Any(status => status.State == Contracts.HostState.Realized), "realized again", () => agent.Output);
        Assert.Contains("policy.cache is refused", agent.Output, StringComparison.Ordinal);
        Assert.Equal("", controlPlane.Hellos.Last().Digest);
        Assert.Equal(0, _lab.Command("show").ExitCode);
    }

    [Fact]
    public async Task A_host_that_starts_with_a_damaged_cache_and_an_empty_kernel_is_closed_except_for_failsafes_until_it_hears_the_control_plane()
    {
        _lab.Serve(22);
        _lab.Serve(Open);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        agent.Kill();
        await _lab.StopControlPlaneAsync();
        var file = File.ReadAllBytes(_lab.Directory.State.Policy);
        file[file.Length / 2] ^= 1;
        File.WriteAllBytes(_lab.Directory.State.Policy, file);

        // While the kernel holds the policy, it stays.
        agent = _lab.StartAgent();
        await AgentLab.UntilAsync(() => _lab.Status() is { State: "Failed", Reason: var reason } && reason.Contains("what the kernel holds stays", StringComparison.Ordinal), "a refusal that is said", () => agent.Output);
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Open));
        agent.Kill();

        // As after a reboot.
        _lab.Host.Nft("delete table inet edgeagent");
        agent = _lab.StartAgent();
        await AgentLab.UntilAsync(() => _lab.Table() is not null, "a closed host", () => agent.Output);
        await AgentLab.UntilAsync(() => _lab.Tcp(Open) == ProbeResult.Silent, "a closed host", () => agent.Output);
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(22));
        Assert.Equal(file, File.ReadAllBytes(_lab.Directory.State.Policy));

        controlPlane = await _lab.StartControlPlaneAsync(First);
        await controlPlane.RealizedAsync(First);
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Open));
    }

    [Fact]
    public async Task Killed_at_any_moment_the_kernel_holds_one_of_the_policies_whole()
    {
        var random = new Random(20260101);
        var controlPlane = await _lab.StartControlPlaneAsync(First, TimeSpan.FromMilliseconds(50));
        var policies = new List<HostPolicy> { First };
        for (var round = 0; round < 8; round++)
        {
            var agent = _lab.StartAgent();
            await controlPlane.RealizedAsync(policies[^1]);
            var from = policies.Count - 1;
            for (var i = 0; i < 6; i++)
            {
                policies.Add(Policies.Inbound(policies[^1].Revision.Number + 1, 9000 + random.Next(50), [.. Enumerable.Range(0, random.Next(1, 400)).Select(n => $"10.{random.Next(256)}.{n % 256}.{random.Next(256)}/{random.Next(24, 33)}")]));
                controlPlane.Publish(policies[^1]);
                await Task.Delay(random.Next(12));
            }

            agent.Kill();
            var held = _lab.Table() ?? throw new InvalidOperationException($"round {round}: no table");
            var stamp = Stamp.Of(held) ?? throw new InvalidOperationException($"round {round}: no stamp");
            var policy = policies.Skip(from).Single(policy => policy.Revision == stamp.Revision);
            var desired = NftablesFirewall.Desired(new(PolicyVersion.Of(policy), Failsafes()), held);
            Assert.Equal(WithoutUnreferenced(desired, desired), WithoutUnreferenced(held, desired));
        }
    }

    [Fact]
    public async Task Two_agents_cannot_share_a_state_directory()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        var second = AgentProcess.Command(_lab.Host, "run", "--control-plane", _lab.Url, "--insecure", "--name", "x", "--state-dir", _lab.Directory.Path);
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("another agent", second.Errors, StringComparison.Ordinal);
    }

    private EquatableArray<Failsafe> Failsafes() =>
        EffectiveFailsafes.Of(Failsafe.Defaults, null, [new(IpAddress.Parse(_lab.Pair.ClientV4.ToString()), FakeControlPlane.Port)]);

    // What is new is made before anything leads to it, and what is old goes after nothing does: neither decides. A set whose name is not free yet
    // serves under another one meanwhile (RulesetDiffer), in the same place among all.
    private static string WithoutUnreferenced(Ruleset held, Ruleset desired)
    {
        var reached = held.Chains.Values.Where(chain => chain.Hook is not null).Select(chain => chain.Name).Append(Ruleset.StampChain).ToHashSet(StringComparer.Ordinal);
        for (var open = reached.ToList(); open.Count > 0;)
            open = [.. open.SelectMany(name => Targets(held, held.Chains[name])).Where(reached.Add)];
        var used = reached.SelectMany(name => Sets(held.Chains[name])).ToHashSet(StringComparer.Ordinal);
        return RulesetText.Of(held with
        {
            Chains = held.Chains.RemoveRange(held.Chains.Keys.Where(name => !reached.Contains(name))),
            Sets = held.Sets.RemoveRange(held.Sets.Keys.Where(name => !used.Contains(name))),
            Counters = held.Counters.Intersect(desired.Counters),
        }).Replace(".swap", "", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Targets(Ruleset held, Chain chain) => chain.Rules.SelectMany(rule => rule.Expressions).OfType<Decide>().Select(step => step.Verdict.Chain)
        .Concat(Sets(chain).Select(name => held.Sets[name].Elements).SelectMany(elements => elements.Values.OfType<VerdictValue>().Select(value => value.Verdict.Chain)))
        .OfType<string>();

    private static IEnumerable<string> Sets(Chain chain) => chain.Rules.SelectMany(rule => rule.Expressions).Select(step => step switch
    {
        LookupSet lookup => lookup.Set,
        LookupVerdict lookup => lookup.Map,
        CountByMap lookup => lookup.Map,
        _ => null,
    }).OfType<string>();
}
