using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;
using EdgeAgent.Wire;
using Google.Protobuf;
using static EdgeAgent.Wire.V1.ServerMessage;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class HostFeedTests
{
    private static readonly HostName Host = new("default", "me");

    [Fact]
    public void Whatever_is_skipped_or_lost_the_host_ends_where_the_newest_state_is()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var state = Apply(FleetState.Empty, Yaml.Host("me", "10.0.0.1", "a0"));
            HostPolicy? held = null;
            var feed = new HostFeed(Host, default, new HashSet<Digest>());
            for (var step = 0; step < 30; step++)
            {
                state = Change(state, random);
                switch (random.Next(8))
                {
                    case 0:
                        feed.Resync();
                        break;
                    case 1:
                        // The host reconnects with what its cache holds.
                        feed = new(Host, held is null ? default : HostPolicyDigest.Of(held), (held?.Sets.Values ?? []).Select(set => set.Digest).ToHashSet());
                        break;
                    case 2 or 3:
                        // The host is slow: it sees only a later state.
                        continue;
                }

                foreach (var sent in feed.Next(state)!)
                    held = Take(Wire.V1.ServerMessage.Parser.ParseFrom(sent.ToByteArray()), held);
                Assert.True(HostPolicyDigest.Text(held!) == HostPolicyDigest.Text(state.PolicyOf(Host)!.Policy), $"seed {seed}, step {step}");
                Assert.True(held!.Revision == state.Revision, $"seed {seed}, step {step}: revision {held.Revision}, expected {state.Revision}");
                Assert.Empty(feed.Next(state)!);

                // What would be signed says what each host is to have.
                foreach (var host in state.Hosts.Keys)
                    Assert.True(state.Tree.ProofOf(host.ToString())!.RootOf(host.ToString(), state.PolicyOf(host)!.Digest).AsSpan().SequenceEqual(state.Tree.Root.Span), $"seed {seed}, step {step}: {host}");
            }

            Assert.Null(feed.Next(FleetState.Empty));
        }
    }

    [Fact]
    public void Hosts_that_enforce_the_same_share_one_encoding()
    {
        var state = Apply(FleetState.Empty, Yaml.Join(Yaml.Host("first", "10.0.0.1", "a"), Yaml.Host("second", "10.0.0.2", "a"), Yaml.Host("third", "10.0.0.3", "b"), Yaml.Policy("p", "b", "a")));
        var (first, second) = (First(state, "first"), First(state, "second"));
        Assert.Same(first.Snapshot, second.Snapshot);
        Assert.NotEqual(first.Snapshot.Digest, First(state, "third").Snapshot.Digest);

        static Wire.V1.ServerMessage First(FleetState state, string host) => new HostFeed(new("default", host), default, new HashSet<Digest>()).Next(state)![0];
    }

    [Fact]
    public void Of_hosts_that_clash_the_first_is_taken_and_the_others_are_told_why()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var hosts = Enumerable.Range(0, random.Next(1, 30))
                .Select(i => new HostFacts { Namespace = "default", Name = $"h{i}", Addresses = [new(IpFamily.V4, 0x0a000000u + (uint)random.Next(1, 20))] })
                .Select(facts => RegisteredHost.TryRead(facts, out var host, out _) ? host : throw new InvalidOperationException())
                .ToList();
            var (plan, refused) = RegistrationBatch.Plan(FleetState.Empty, hosts);
            Assert.True(plan.Outcome.Accepted);
            var owners = hosts.GroupBy(host => Address(host)).Select(group => group.First().Resource.Key).ToHashSet();
            Assert.True(owners.SetEquals(plan.After.Hosts.Values), $"seed {seed}");
            Assert.True(refused.Keys.ToHashSet().SetEquals(hosts.Select(host => host.Resource.Key).Where(key => !owners.Contains(key))), $"seed {seed}");
            Assert.All(refused.Values, reason => Assert.Contains("10.0.0.", reason, StringComparison.Ordinal));
        }

        static Cidr Address(RegisteredHost host) => ((Policy.EndpointResource)host.Resource.Model).Addresses[0];
    }

    private static HostPolicy Take(Wire.V1.ServerMessage message, HostPolicy? held) => message.MessageCase switch
    {
        MessageOneofCase.Snapshot => HostPolicyMapping.FromWire(message.Snapshot, digest => held?.Sets.Values.FirstOrDefault(set => set.Digest == digest)),
        MessageOneofCase.Delta => HostPolicyMapping.FromWire(message.Delta).ApplyTo(held!),
        _ => held! with { Revision = new(message.InSync.Revision) },
    };

    [Fact]
    public void An_endpoint_of_a_machine_is_served_as_part_of_it_and_by_itself_once_the_machine_is_gone()
    {
        const string Endpoint = """
            apiVersion: projectcalico.org/v3
            kind: HostEndpoint
            metadata: {name: vm-dmz, labels: {app: b}}
            spec: {node: vm, interfaceName: dmz0, expectedIPs: [192.0.2.1], profiles: [projectcalico-default-allow]}
            """;
        var state = Apply(FleetState.Empty, Yaml.Join(Yaml.Host("vm", "10.0.0.1", "other"), Yaml.Host("peer", "10.0.0.2", "a"), Endpoint));
        Assert.Equal(["default/peer", "default/vm"], state.Hosts.Keys.Select(host => host.ToString()));
        Assert.Empty(state.PolicyOf(new("default", "vm"))!.Policy.Inbound);

        state = Apply(state, "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: closed}\nspec: {selector: app == 'b', types: [Ingress]}\n");
        var stage = Assert.Single(state.PolicyOf(new("default", "vm"))!.Policy.Inbound);
        Assert.Equal(InterfaceMatch.Only("dmz0"), stage.Interface);

        var machine = state.Hosts[new("default", "vm")];
        state = ChangePlan.Make(state, new(DocumentOrigin.Declared, [], [], [machine])).After;
        Assert.Equal(["vm-dmz", "default/peer"], state.Hosts.Keys.Select(host => host.ToString()));
        Assert.Equal(InterfaceMatch.Only("dmz0"), Assert.Single(state.PolicyOf(new("", "vm-dmz"))!.Policy.Inbound).Interface);
    }

    private static FleetState Change(FleetState state, Random random) => random.Next(3) switch
    {
        0 => Apply(state, Yaml.Host($"h{random.Next(6)}", $"10.{random.Next(1, 200)}.{random.Next(200)}.{random.Next(200)}", $"a{random.Next(3)}")),
        1 => Apply(state, Yaml.Policy($"p{random.Next(4)}", $"a{random.Next(3)}", $"a{random.Next(3)}", random.Next(1, 20))),
        _ => Delete(state, random),
    };

    private static FleetState Apply(FleetState state, string yaml)
    {
        var set = ManifestReader.Read([new ManifestFile("test", Encoding.UTF8.GetBytes(yaml))]);
        Assert.False(set.HasErrors, string.Join('\n', set.Diagnostics));
        var plan = ChangePlan.Make(state, new(DocumentOrigin.Declared, set.Resources, set.Diagnostics, []));
        Assert.True(plan.Outcome.Accepted, string.Join('\n', plan.Outcome.Diagnostics));
        return plan.After;
    }

    private static FleetState Delete(FleetState state, Random random)
    {
        var others = state.Declared.Keys.Where(key => key.Name != Host.Name).ToList();
        return others.Count == 0 ? state : ChangePlan.Make(state, new(DocumentOrigin.Declared, [], [], [others[random.Next(others.Count)]])).After;
    }
}
