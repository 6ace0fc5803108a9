using EdgeAgent.Contracts;
using EdgeAgent.Policy.Istio;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>
/// What is derived costs what a change touches. That it is also what deriving everything anew gives is held by <see cref="RandomWorlds"/>,
/// of which every third has a mesh.
/// </summary>
public sealed class DerivationSteps
{
    private const int Routes = 40;

    [Fact]
    public void A_change_that_derivation_does_not_look_at_derives_nothing()
    {
        var state = Mesh();
        foreach (var change in new[]
        {
            Change.Of(Host("a", "h1", "10.0.0.1", ("app", "web"), ("zone", "north"))),
            Change.Of(Host("a", "new", "10.0.0.77", ("app", "web"))),
            Change.Delete(Host("a", "h1", "10.0.0.1").Key),
            Change.Of(new NamespaceResource(new(NamespaceResource.Kind, "", "a"), SourcePosition.None) { Labels = LabelSet.Of(("tier", "1")) }),
            Change.Of(new PolicyResource(new("NetworkPolicy", "a", "p"), SourcePosition.None) { Ingress = new([PeerMatch.Of(new EndpointMatch { Namespace = "a" })], [], true) }),
            Change.Of(Pod("a", "of-no-account", "10.9.0.200", "")),
            Change.Of(Slice("a", "s1", "10.9.0.9")),
        })
            Assert.True(ReferenceEquals(state.Mesh!.Units, Accepted(state, change).Mesh!.Units), $"{change}");
    }

    [Fact]
    public void A_change_derives_what_rests_on_it_and_nothing_else()
    {
        var state = Mesh();

        Assert.Equal(["RouteRule a/r7", "Sidecars"], Derived(state, Change.Of(Service("a", "s7", 9999))));
        Assert.Equal(["RouteRule a/r7"], Derived(state, Change.Of(Route("a", "r7", "s8"))));
        Assert.Equal(["AuthorizationPolicy a/not-web"], Derived(state, Change.Of(Pod("a", "web-2", "10.9.0.201", "web"))));
        Assert.Equal(["AuthorizationPolicy a/not-web", "AuthorizationPolicy a/web"], Derived(state, Change.Delete(Pod("a", "web-1", "", "web").Key)));
        Assert.Equal(["AuthorizationPolicy a/not-web", "AuthorizationPolicy a/web"], Derived(state, Change.Of(Pod("a", "first-of-its-account", "10.9.0.202", "web2"))));
        Assert.Equal(["Sidecars", "GlobalNetworkPolicy out"], Derived(state, Change.Of(Slice("a", "bare", "10.9.0.8"))));
    }

    [Fact]
    public void Random_changes_leave_what_they_do_not_touch()
    {
        var (kept, all) = (0, 0);
        for (var seed = 0; seed < 60; seed += 3)
        {
            var world = WorldCase.Of(seed, changes: 8);
            var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. world.Resources])).State;
            foreach (var change in world.Changes)
            {
                var next = PolicyEngine.Apply(state, change).State;
                var units = state.Mesh?.Units ?? MeshState.None.Units;
                all += units.Count;
                kept += units.Count(unit => next.Mesh?.Units.TryGetValue(unit.Key, out var now) == true && ReferenceEquals(unit.Value, now));
                state = next;
            }
        }

        Assert.True(kept > all / 2, $"{kept} of {all} were left as they were");
    }

    private static List<string> Derived(EngineState state, Change change)
    {
        var units = Accepted(state, change).Mesh!.Units;
        return [.. units.Where(unit => !state.Mesh!.Units.TryGetValue(unit.Key, out var before) || !ReferenceEquals(before, unit.Value)).Select(unit => unit.Key.Resource.Name.Length == 0 ? unit.Key.Rank.ToString() : unit.Key.Resource.ToString())];
    }

    private static EngineState Mesh()
    {
        List<Resource> resources =
        [
            Host("a", "h1", "10.0.0.1", ("app", "web")),
            Host("a", "h2", "10.0.0.2", ("app", "db")),
            Host("b", "h3", "10.0.0.3", ("app", "web")),
            Pod("a", "web-1", "10.9.0.1", "web"),
            Slice("a", "bare", "10.9.0.7"),
            new ServiceResource(new(ServiceResource.Kind, "a", "bare"), SourcePosition.None) { Ports = [new("http", IpProtocol.Tcp, 80, new(0, ""))] },
            .. Enumerable.Range(0, Routes).SelectMany(i => new Resource[] { Service("a", $"s{i}", (ushort)(8000 + i)), Route("a", $"r{i}", $"s{i}") }),
            Authorization("web", new AuthorizationSource { Principals = ["cluster.local/ns/a/sa/web*"] }),
            Authorization("not-web", new AuthorizationSource { NotPrincipals = ["cluster.local/ns/a/sa/web*"] }),
            new SidecarResource(new(SidecarResource.Kind, "b", "default"), SourcePosition.None) { RegistryOnly = true, StatesImports = true, Imports = [new("b", "*", false, null, "egress[0]", SourcePosition.None)] },
            new PolicyResource(new("GlobalNetworkPolicy", "", "out"), SourcePosition.None)
            {
                NamesServices = true,
                Egress = new([PeerMatch.Any], [new(Verdict.Allow, "egress[0]", SourcePosition.None) { Peers = [], Service = new("a", "bare", true) }], true),
            },
        ];
        return Accepted(EngineState.Empty, Change.Of([.. resources]));
    }

    private static EngineState Accepted(EngineState state, Change change)
    {
        var result = PolicyEngine.Apply(state, change);
        Assert.True(result.Accepted, string.Join('\n', result.Diagnostics));
        return result.State;
    }

    private static EndpointResource Host(string place, string name, string address, params (string, string)[] labels) => new(new("Host", place, name), SourcePosition.None)
    {
        Nature = EndpointNature.Workload,
        IsManaged = true,
        Labels = LabelSet.Of(labels),
        Addresses = [Cidr.Single(IpAddress.Parse(address))],
    };

    private static EndpointResource Pod(string place, string name, string address, string account) => new(new("Pod", place, name), SourcePosition.None)
    {
        Nature = EndpointNature.Workload,
        Addresses = address.Length == 0 ? [] : [Cidr.Single(IpAddress.Parse(address))],
        ServiceAccount = account,
    };

    private static ServiceResource Service(string place, string name, ushort port) => new(new(ServiceResource.Kind, place, name), SourcePosition.None)
    {
        Selector = Selector.Equal("app", "db"),
        Ports = [new("http", IpProtocol.Tcp, 80, new(port, ""))],
    };

    private static EndpointSliceResource Slice(string place, string service, string address) => new(new("EndpointSlice", place, $"{service}-1"), SourcePosition.None)
    {
        Service = service,
        Addresses = [Cidr.Single(IpAddress.Parse(address))],
        Ports = [new("http", IpProtocol.Tcp, 8080)],
    };

    private static RouteResource Route(string place, string name, string service) => new(new(RouteResource.RouteRuleKind, place, name), SourcePosition.None)
    {
        Edges = [new(new WorkloadCaller("", LabelSet.Of(("app", "web"))), new(service, "", "", LabelSet.Empty, null), "destination", SourcePosition.None)],
    };

    private static AuthorizationPolicyResource Authorization(string name, AuthorizationSource source) => new(new(AuthorizationPolicyResource.Kind, "a", name), SourcePosition.None)
    {
        Selector = LabelSet.Of(("app", "db")),
        Rules = [new("rules[0]", SourcePosition.None) { From = [source] }],
    };
}
