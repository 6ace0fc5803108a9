using System.Globalization;
using System.Text.Json;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>Rollouts as people and programs read them.</summary>
internal static class RolloutOutput
{
    /// <summary>One line: how far it is, and how its hosts are.</summary>
    public static string Line(Terminal terminal, RolloutStatus status)
    {
        var palette = Palette.Of(terminal);
        var wave = $"wave {status.ReleasedWaves} of {status.Waves.Count} ({status.Waves[status.ReleasedWaves - 1].What})";
        var reason = status.Reason.Length > 0 ? $": {status.Reason}" : "";
        return status.State switch
        {
            RolloutState.Completed when reason.Length > 0 => palette.Doubtful($"rollout {status.Rollout} is completed{reason}"),
            RolloutState.Completed => palette.Good($"rollout {status.Rollout} is completed: all hosts have the change"),
            RolloutState.Failed => palette.Bad($"rollout {status.Rollout} failed, and revision {status.EndedRevision} took its change back{reason}"),
            RolloutState.Aborted => palette.Bad($"rollout {status.Rollout} was aborted, and revision {status.EndedRevision} took its change back{reason}"),
            RolloutState.Paused => palette.Doubtful($"rollout {status.Rollout} is paused in {wave}{reason}") + Standing(status),
            _ => $"rollout {status.Rollout}: {wave}{Standing(status)}{Waiting(status)}{(status.SoakLeft is { } left ? $"; watched for {left.Seconds} s more" : "")}",
        };
    }

    public static void WriteText(Terminal terminal, RolloutStatus status)
    {
        terminal.Output.WriteLine(Line(terminal, status));
        terminal.Output.WriteLine($"  by {status.Author} at {Words.Instant(status.At.ToDateTimeOffset())}{(status.Note.Length > 0 ? $": {status.Note}" : "")}");
        terminal.Output.WriteLine($"  gate {status.Gate}; each wave waits for a host for {Words.Span(status.Patience.ToTimeSpan())}, and is watched for {Words.Span(status.Soak.ToTimeSpan())}");
        for (var i = 0; i < status.Waves.Count; i++)
            terminal.Output.WriteLine($"  {(i < status.ReleasedWaves ? "released" : "to come "),-8}  {status.Waves[i].What}: {Words.Count(status.Waves[i].Hosts, "host")}");
        foreach (var problem in status.Problems)
            terminal.Output.WriteLine($"  {problem}");
    }

    public static void WriteJson(Utf8JsonWriter json, RolloutStatus status)
    {
        json.WriteStartObject();
        json.WriteNumber("rollout", status.Rollout);
        json.WriteString("state", status.State.ToString().ToLowerInvariant());
        json.WriteString("at", Words.Instant(status.At.ToDateTimeOffset()));
        json.WriteString("author", status.Author);
        json.WriteString("note", status.Note);
        json.WriteString("gate", status.Gate);
        json.WriteNumber("soakSeconds", status.Soak.ToTimeSpan().TotalSeconds);
        json.WriteNumber("patienceSeconds", status.Patience.ToTimeSpan().TotalSeconds);
        json.WriteStartArray("waves");
        foreach (var wave in status.Waves)
        {
            json.WriteStartObject();
            json.WriteString("what", wave.What);
            json.WriteNumber("hosts", wave.Hosts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("releasedWaves", status.ReleasedWaves);
        if (status.SoakLeft is { } left)
            json.WriteNumber("soakLeftSeconds", left.ToTimeSpan().TotalSeconds);
        if (status.Measures is { } measures)
            WriteMeasures(json, measures);
        json.WriteString("reason", status.Reason);
        json.WriteNumber("endedRevision", status.EndedRevision);
        json.WriteStartArray("problems");
        foreach (var problem in status.Problems)
            json.WriteStringValue(problem);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMeasures(Utf8JsonWriter json, RolloutMeasures measures)
    {
        json.WriteStartObject("measures");
        json.WriteNumber("hosts", measures.Hosts);
        foreach (var (name, number) in Numbers(measures))
            json.WriteNumber(name, number);
        json.WriteNumber("waitedFor", measures.WaitedFor);
        json.WriteEndObject();
    }

    private static string Standing(RolloutStatus status) => status.Measures is not { } measures ? ""
        : $": {string.Join(", ", Numbers(measures).Where(pair => pair.Number > 0 || pair.Name == "realized").Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Number} {pair.Name}")))} of {Words.Count(measures.Hosts, "host")}";

    private static string Waiting(RolloutStatus status) => status.Measures is { WaitedFor: > 0 } measures
        ? $"; waits for {Words.Count(measures.WaitedFor, "host")}, at most {Words.Span(status.Patience.ToTimeSpan())} for each"
        : "";

    private static IEnumerable<(string Name, int Number)> Numbers(RolloutMeasures measures) =>
    [
        ("realized", measures.Realized),
        ("pending", measures.Pending),
        ("late", measures.Late),
        ("failed", measures.Failed),
        ("rolledback", measures.RolledBack),
        ("stale", measures.Stale),
        ("disconnected", measures.Disconnected),
        ("denied", measures.Denied),
    ];
}
