using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>A flow that a host reported as denied or as a would-be denial, and what two states say of it.</summary>
internal sealed record ReportedFlow(HostName Host, DeniedFlow Flow, DateTimeOffset LastSeen, Decision Before, Decision After);

/// <summary>Holds what hosts report as denied, or as would-be denials of what is audited, against states.</summary>
internal static class ReportedFlows
{
    /// <summary>The flows that were last seen within a span, and that the states decide differently; the newest first.</summary>
    public static IReadOnlyList<ReportedFlow> Differing(IEnumerable<HostEntry> entries, FleetState before, FleetState after, TimeSpan within, DateTimeOffset now)
    {
        var found = new List<ReportedFlow>();
        foreach (var entry in entries)
        {
            if (entry.Report is not { } report)
                continue;
            // Ages are by the host's own clock, so that it need not agree with this one.
            var passed = now - (entry.Received ?? now);
            foreach (var flow in report.Denied)
            {
                var age = report.At - flow.LastSeen + passed;
                if (age <= within && Decide(before, flow) is { } then && Decide(after, flow) is { } next && then.Allowed != next.Allowed)
                    found.Add(new(entry.Host, flow, now - age, then, next));
            }
        }

        return [.. found.OrderByDescending(flow => flow.LastSeen)];
    }

    /// <summary>What a state says of a flow; null where it has no answer.</summary>
    public static Decision? Decide(FleetState state, DeniedFlow flow)
    {
        try
        {
            return PolicyEngine.Decide(state.Policies, new Probe(flow.Source.ToString(), flow.Destination.ToString(), flow.Protocol, flow.Protocol.HasPorts ? flow.Port : null));
        }
        catch (ProbeException)
        {
            return null;
        }
    }
}
