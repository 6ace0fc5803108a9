using System.Text.Json;
using EdgeAgent.Cli.Output;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Audit;

/// <summary>Evidence for programs. Times are UTC, hashes hexadecimal.</summary>
internal static class EvidenceJson
{
    public static void Write(Utf8JsonWriter json, Evidence evidence)
    {
        json.WriteStartObject();
        json.WriteString("from", evidence.Header.From.ToDateTimeOffset().UtcDateTime);
        json.WriteString("to", evidence.Header.To.ToDateTimeOffset().UtcDateTime);
        json.WriteString("serverVersion", evidence.Header.ServerVersion);
        json.WriteNumber("revision", evidence.Header.Revision);
        HeadsJson.Write(json, evidence.Header.Findings, evidence.Header.Heads, evidence.Header.PublicKey);
        json.WriteObjects("changes", evidence.Changes, change => WriteChange(json, change));
        json.WriteObjects("actions", evidence.Actions, action =>
        {
            json.WriteNumber("number", action.Number);
            json.WriteString("at", action.At.ToDateTimeOffset().UtcDateTime);
            json.WriteString("author", action.Author);
            json.WriteString("what", action.What);
            json.WriteString("subject", action.Subject);
            json.WriteString("text", action.Text);
        });
        json.WriteObjects("hosts", evidence.Hosts, host => WriteHost(json, host));
        json.WriteObjects("rulesets", evidence.Rulesets.Values, ruleset =>
        {
            json.WriteString("digest", ruleset.Digest);
            json.WriteString("received", ruleset.Received.ToDateTimeOffset().UtcDateTime);
            json.WriteString("proof", ruleset.Proof);
            json.WriteString("text", ruleset.Full);
        });
        json.WriteEndObject();
    }

    private static void WriteChange(Utf8JsonWriter json, RevisionEntry entry)
    {
        json.WriteNumber("revision", entry.Revision);
        json.WriteString("at", entry.At.ToDateTimeOffset().UtcDateTime);
        json.WriteString("author", entry.Author);
        json.WriteString("note", entry.Note);
        json.WriteObjects("changes", entry.Changes, change =>
        {
            json.WriteString("change", ChangeOutput.WordOf(change.Kind));
            KeyText.WriteFields(json, change.Key);
            json.WriteString("before", change.Before);
            json.WriteString("after", change.After);
            ChangeOutput.WriteDigests(json, change);
        });
    }

    private static void WriteHost(Utf8JsonWriter json, HostEvidence host)
    {
        json.WriteString("host", host.Host);
        if (host.Realized is { } realized)
            json.WriteNumber("realizedPercent", Math.Round(realized * 100, 4));
        else
            json.WriteNull("realizedPercent");
        json.WriteObjects("timeline", host.Timeline, stretch =>
        {
            var transition = stretch.Standing.Transition;
            json.WriteNumber("number", stretch.Standing.Number);
            json.WriteString("from", stretch.From.UtcDateTime);
            json.WriteString("to", stretch.To.UtcDateTime);
            json.WriteString("state", transition.State.ToString());
            json.WriteString("reason", transition.Reason);
            json.WriteNumber("targetRevision", transition.TargetRevision);
            json.WriteNumber("realizedRevision", transition.RealizedRevision);
            json.WriteString("policyDigest", transition.PolicyDigest);
            json.WriteString("kernelDigest", transition.KernelDigest);
        });
        WriteObservations(json, "drift", host.Drift);
        WriteObservations(json, "alwaysOpen", host.AlwaysOpen);
        WriteObservations(json, "shadowedBy", host.ShadowedBy);
    }

    private static void WriteObservations(Utf8JsonWriter json, string name, IReadOnlyList<Observation> observations) => json.WriteObjects(name, observations, observation =>
    {
        json.WriteNumber("number", observation.Number);
        json.WriteString("at", observation.At.ToDateTimeOffset().UtcDateTime);
        json.WriteString("text", observation.Text);
    });
}
