using System.Diagnostics;
using System.Text.Json;
using EdgeAgent.EndToEnd.Tests.Support;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>A small version of the load whose figures the README has: that it works, not how fast it is.</summary>
public sealed class LoadTests
{
    [Fact]
    public async Task Many_agents_connect_acknowledge_report_and_come_back_without_an_error()
    {
        var info = new ProcessStartInfo(Repository.Benchmarks, ["load", "--agents", "60", "--rounds", "1", "--seconds", "2", "--reports", "200"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var load = Process.Start(info)!;
        var (output, progress) = (load.StandardOutput.ReadToEndAsync(), load.StandardError.ReadToEndAsync());
        await load.WaitForExitAsync();
        Assert.True(load.ExitCode == 0, $"exit code {load.ExitCode}: {await progress}{await output}");

        using var figures = JsonDocument.Parse(await output);
        Assert.Equal([1, 6, 60], figures.RootElement.GetProperty("Changes").EnumerateArray().Select(change => change.GetProperty("Hosts").GetInt32()));
        Assert.Equal(2, figures.RootElement.GetProperty("Storms").GetArrayLength());
        Assert.InRange(figures.RootElement.GetProperty("ReportsPerSecond").GetDouble(), 1, 400);
        Assert.Equal(0, figures.RootElement.GetProperty("Complaints").GetArrayLength());
    }
}
