using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Answers which rule decides a flow at each end, by the resources in force.</summary>
internal sealed class ExplainQueries(Publisher publisher)
{
    /// <summary>The answer; a question that cannot be answered says why.</summary>
    public ExplainResponse Explain(ExplainRequest request, PeerIdentity caller)
    {
        RequireEnd(caller, request.From);
        RequireEnd(caller, request.To);
        if (Read(request, out var problem) is not { } probe)
            return new() { Error = problem };
        try
        {
            var decision = PolicyEngine.Explain(publisher.Current.Policies, probe, request.WithFailsafes ? Contracts.Failsafe.Defaults : []);
            return new()
            {
                Verdict = Verdict(decision.Allowed),
                Egress = ToWire(decision.Egress),
                Ingress = ToWire(decision.Ingress),
            };
        }
        catch (ProbeException e)
        {
            return new() { Error = e.Message };
        }
    }

    // Whoever sees a namespace may ask about its hosts; an address can be anybody's.
    private static void RequireEnd(PeerIdentity caller, string end) =>
        Callers.Require(caller, Role.Viewer, end.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? end[..slash] : "");

    private static Probe? Read(ExplainRequest request, out string problem)
    {
        problem = "";
        if (!IpProtocol.TryParse(request.Protocol, out var protocol))
            problem = $"protocol '{request.Protocol}'; expected TCP, UDP, SCTP, ICMP, ICMPv6 or a number from 0 to 255";
        else if (protocol.HasPorts ? request.Port is 0 or > ushort.MaxValue : request.Port != 0)
            problem = protocol.HasPorts ? $"port {request.Port}; expected 1 to 65535" : $"port {request.Port} with {protocol}; expected none";
        else if ((request.HasIcmpType && request.IcmpType > byte.MaxValue) || (request.HasIcmpCode && request.IcmpCode > byte.MaxValue))
            problem = "an ICMP type or code above 255; expected 0 to 255";
        return problem.Length > 0 ? null : new Probe(request.From, request.To, protocol, protocol.HasPorts ? (ushort)request.Port : null)
        {
            IcmpType = request.HasIcmpType ? (byte)request.IcmpType : null,
            IcmpCode = request.HasIcmpCode ? (byte)request.IcmpCode : null,
        };
    }

    private static Wire.V1.Decision Verdict(bool allowed) => allowed ? Wire.V1.Decision.Allow : Wire.V1.Decision.Deny;

    private static Wire.V1.EndDecision ToWire(Policy.EndDecision end)
    {
        var wire = new Wire.V1.EndDecision
        {
            Verdict = Verdict(end.Allowed),
            Policy = end.Policy is { } policy ? $"{policy.Kind} {policy.Policy}" : "",
            Rule = end.Policy?.Rule ?? "",
            Source = end.Source.ToString(),
            Note = end.Note,
        };
        wire.Others.AddRange(DecisionWords.Others(end));
        return wire;
    }
}
