using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

public sealed class BookinfoTests
{
    [Fact]
    public void What_the_article_published_reads_without_a_word()
    {
        var set = Reading.Of(Bookinfo.DefaultDeny, Bookinfo.Policies);

        Assert.Empty(set.Diagnostics);
        Assert.Equal(5, set.Resources.Count);
    }

    [Fact]
    public void The_annotation_isolates_the_namespace()
    {
        var space = Reading.One<NamespaceResource>(Bookinfo.DefaultDeny);

        Assert.True(space.IsolatesIngress);
        Assert.Equal(new("Namespace", "", "default"), space.Key);
        Assert.Equal(new("in.yaml", 1, 1), space.Source);
    }

    [Fact]
    public void The_old_policies_mean_what_they_meant()
    {
        var policy = Assert.IsType<PolicyResource>(Reading.Sound(Bookinfo.Policies).Resources[1].Model);

        Assert.Equal(new("NetworkPolicy", "default", "calico-from-productpage-to-reviews"), policy.Key);
        Assert.Null(policy.Egress);
        Assert.Equal((BuiltInTiers.Default, 1000.0, PolicyMode.Enforce), (policy.Tier, policy.Order!.Value, policy.Mode));
        var side = policy.Ingress!;
        Assert.True(side.Isolates);
        Assert.Equal(
            [PeerMatch.Of(new EndpointMatch { Namespace = "default", Selector = Selector.Parse("app == 'reviews' && version in {'v1','v2','v3'}"), WorkloadsOnly = true })],
            side.Subjects);
        var rule = Assert.Single(side.Rules);
        Assert.Equal((Verdict.Allow, "ingress[0]", new SourcePosition("in.yaml", 15, 13)), (rule.Verdict, rule.Label, rule.Source));
        Assert.Null(rule.Traffic);
        Assert.Equal(
            [PeerMatch.Of(new EndpointMatch { Namespace = "default", Selector = Selector.Parse("app == 'productpage' && version == 'v1'"), WorkloadsOnly = true })],
            rule.Peers!.Value);
    }

    [Fact]
    public void A_host_is_a_managed_endpoint_of_its_namespace()
    {
        var host = Reading.One<EndpointResource>(Bookinfo.Ratings);

        Assert.Equal(new("Host", "default", "ratings-1"), host.Key);
        Assert.True(host.IsManaged);
        Assert.Equal(EndpointNature.Workload, host.Nature);
        Assert.Equal(LabelSet.Of(("app", "ratings"), ("version", "v1")), host.Labels);
        Assert.Equal([Cidr.Parse("10.0.0.6/32"), Cidr.Parse("fd00::6/128")], host.Addresses);
        Assert.Equal([new NamedPort("http", IpProtocol.Tcp, 9080)], host.Ports);
    }

    [Fact]
    public void A_bookend_policy_grants_at_both_ends_and_isolates_the_destination()
    {
        var policy = Reading.One<PolicyResource>(Bookinfo.ReviewsToRatings);

        var reviews = PeerMatch.Of(new EndpointMatch { Namespace = "default", Selector = Selector.Parse("app == 'reviews'") });
        var ratings = PeerMatch.Of(new EndpointMatch { Namespace = "default", Selector = Selector.Parse("app == 'ratings'") });
        EquatableArray<TrafficMatch> traffic = [new() { Protocol = new(IpProtocol.Tcp, false), Ports = PortMatch.Of(PortRange.Single(9080)) }];
        Assert.Equal(1000, policy.Order);
        Assert.Equal([ratings], policy.Ingress!.Subjects);
        Assert.Equal([reviews], policy.Ingress.Rules[0].Peers!.Value);
        Assert.True(policy.Ingress.Isolates);
        Assert.Equal([reviews], policy.Egress!.Subjects);
        Assert.Equal([ratings], policy.Egress.Rules[0].Peers!.Value);
        Assert.False(policy.Egress.Isolates);
        Assert.All([policy.Ingress, policy.Egress], side => Assert.Equal((Verdict.Allow, traffic), (side.Rules[0].Verdict, side.Rules[0].Traffic!.Value)));
    }
}
