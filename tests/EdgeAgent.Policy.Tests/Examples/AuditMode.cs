using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>An audited policy enforces nothing and logs what it would deny.</summary>
public sealed class AuditMode
{
    [Fact]
    public void Logs_what_it_would_deny_and_nothing_else()
    {
        var audited = Bookinfo.Bookend("reviews-to-ratings", "app == 'reviews'", "app == 'ratings'", 9080) with { Mode = PolicyMode.Audit };
        var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([Bookinfo.OpenNamespace, .. Bookinfo.Hosts, audited])).State;
        AssertDecision(state, "reviews-v1", 9080, logged: false);
        AssertDecision(state, "reviews-v1", 22, logged: true);
        AssertDecision(state, "sleep", 9080, logged: true);
        var source = state.PolicyOf(Bookinfo.Key("sleep"))!;
        Assert.Empty(source.Outbound);
    }

    [Fact]
    public void Does_not_log_what_others_grant_or_deny_anyway()
    {
        var audited = Bookinfo.Bookend("reviews-to-ratings", "app == 'reviews'", "app == 'ratings'", 9080) with { Mode = PolicyMode.Audit };
        var enforced = Bookinfo.Bookend("sleep-to-ratings", "app == 'sleep'", "app == 'ratings'", 9080, closesSource: false);
        var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([Bookinfo.OpenNamespace, .. Bookinfo.Hosts, audited, enforced])).State;
        AssertDecision(state, "sleep", 9080, logged: false);
        var denied = HostPolicyEvaluator.Decide(state.PolicyOf(Bookinfo.Key("ratings"))!, Bookinfo.Packet("details", "ratings", Direction.Inbound));
        Assert.False(denied.Allowed);
        Assert.Empty(denied.Logged);
    }

    [Fact]
    public void Logs_its_own_denials_before_the_grants_of_later_policies()
    {
        var audited = Bookinfo.Bookend("close-ratings", "app == 'reviews'", "app == 'ratings'", 9080) with { Mode = PolicyMode.Audit, PrecedesEquals = true };
        audited = audited with { Ingress = audited.Ingress! with { Rules = [audited.Ingress.Rules[0] with { Verdict = Verdict.Deny }] } };
        var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([Bookinfo.OpenNamespace, .. Bookinfo.Hosts, audited, .. Bookinfo.Policies])).State;
        AssertDecision(state, "reviews-v1", 9080, logged: true);
        AssertDecision(state, "reviews-v1", 9081, logged: false);
    }

    private static void AssertDecision(EngineState state, string from, ushort port, bool logged)
    {
        var decision = HostPolicyEvaluator.Decide(state.PolicyOf(Bookinfo.Key("ratings"))!, Bookinfo.Packet(from, "ratings", Direction.Inbound, port));
        Assert.True(decision.Allowed);
        Assert.Equal(logged ? 1 : 0, decision.Logged.Count);
    }
}
