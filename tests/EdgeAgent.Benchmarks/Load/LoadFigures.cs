using System.Text.Json;

namespace EdgeAgent.Benchmarks;

/// <summary>How long a change took.</summary>
/// <param name="Name">Which.</param>
/// <param name="Hosts">How many hosts it touches.</param>
/// <param name="Call">The median time of the call to apply, in milliseconds, like all that follow.</param>
/// <param name="Host">From before the call until a host sent its acknowledgement: median over hosts and rounds.</param>
/// <param name="Last">Until the last host of a round sent it: median of rounds.</param>
/// <param name="Worst">Of the slowest round.</param>
/// <param name="Proven">Until the control plane said that all hosts of the policy are realized: median of rounds.</param>
/// <param name="Everybody">Until the last host of all acknowledged the revision: median of rounds.</param>
/// <param name="Processor">Processor time of the control plane for all of it: median of rounds.</param>
/// <param name="AgentsProcessor">Processor time of the simulated agents, who share the processors with it: median of rounds.</param>
internal sealed record ChangeFigures(string Name, int Hosts, double Call, double Host, double Last, double Worst, double Proven, double Everybody, double Processor, double AgentsProcessor);

/// <summary>How all agents came back.</summary>
/// <param name="Name">After what.</param>
/// <param name="Seconds">From when the control plane served until all were in sync.</param>
/// <param name="Processor">Processor time of the control plane for it, in seconds.</param>
/// <param name="Failures">Attempts that failed although it served, by what was said.</param>
internal sealed record StormFigures(string Name, double Seconds, double Processor, IReadOnlyList<KeyValuePair<string, int>> Failures);

/// <summary>All that one run of the load measured. Memory is resident memory of the control plane, in MiB.</summary>
internal sealed record LoadFigures(
    int Agents,
    double ConnectSeconds,
    double Empty,
    double Connected,
    IReadOnlyList<ChangeFigures> Changes,
    IReadOnlyList<StormFigures> Storms,
    double ReportsPerSecond,
    IReadOnlyList<double> Memory,
    double ProcessorShare,
    double Peak,
    IReadOnlyList<string> Complaints)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Reads what <see cref="ToJson"/> writes.</summary>
    /// <exception cref="JsonException">It is something else, as where the run failed.</exception>
    public static LoadFigures Read(string json) => JsonSerializer.Deserialize<LoadFigures>(json)!;

    /// <summary>All figures as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Indented);
}
