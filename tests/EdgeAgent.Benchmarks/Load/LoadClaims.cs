namespace EdgeAgent.Benchmarks;

/// <summary>What one control plane on this machine, which the agents share with it, carries.</summary>
internal static class LoadClaims
{
    private const double Mebibyte = 1024;

    /// <summary>Ten thousand agents.</summary>
    public static IEnumerable<Claim> Measure()
    {
        var figures = LoadFigures.Read(OwnProcess.Run([LoadCommand.Name], AgentsRuntime.Settings).Output);
        var against = $"{figures.Agents} simulated agents over mutual TLS on the same processors";
        yield return new("load.memory", figures.Peak, "MiB", Mebibyte, $"{against}: the most that edgecontrol had resident");
        foreach (var change in figures.Changes)
            yield return new($"load.change.{change.Name}", change.Worst, "ms", 1000, $"{against}: from apply to the last acknowledgement of {change.Hosts} hosts, the slowest of its rounds (median {change.Last:0} ms, of a host {change.Host:0} ms, all proven {change.Proven:0} ms; edgecontrol itself used {change.Processor:0} ms of processor)");
        yield return new("load.reports-growth", figures.Memory[^1] / figures.Memory[0], "", 1.05, $"{against}: memory after {figures.ReportsPerSecond:0} reports/s, beside before");
        foreach (var storm in figures.Storms)
            yield return new($"load.storm.{storm.Name.Replace(' ', '-')}", storm.Seconds, "s", 60, $"{against}: until all are back");
        yield return new("load.storm.failures", figures.Storms.Sum(storm => storm.Failures.Sum(failure => failure.Value)), "", 0, $"{against}: attempts that failed while it served");
    }
}
