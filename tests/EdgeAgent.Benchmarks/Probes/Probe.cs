using System.Globalization;

namespace EdgeAgent.Benchmarks;

/// <summary>Runs one thing in a process of its own, which says how much memory it took at most.</summary>
internal static class Probe
{
    /// <summary>The command that a process of its own is started with.</summary>
    public const string Command = "probe";

    private const string Peak = "VmHWM:";

    // As the agent is shipped.
    private static readonly Dictionary<string, string> AsShipped = new() { ["DOTNET_gcConcurrent"] = "0", ["DOTNET_GCConserveMemory"] = "7" };

    /// <summary>The things that can be run, by name.</summary>
    public static IReadOnlyDictionary<string, Action> All { get; } = new Dictionary<string, Action>(StringComparer.Ordinal)
    {
        ["nothing"] = () => { },
        ["million"] = MillionElements.Load,
        ["calico"] = CalicoClaims.RunOnce,
    };

    /// <summary>Runs a thing in this process and prints the peak in kibibytes.</summary>
    public static void Run(string name)
    {
        All[name]();
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Peak, StringComparison.Ordinal));
        Console.WriteLine(line[Peak.Length..].Replace("kB", "", StringComparison.Ordinal).Trim());
    }

    /// <summary>Runs a thing in a process of its own; the median peak of five.</summary>
    public static double PeakMebibytes(string name) => Median.Of([.. Enumerable.Range(0, 5).Select(_ => Once(name))]);

    private static double Once(string name)
    {
        var (exitCode, output) = OwnProcess.Run([Command, name], AsShipped);
        return exitCode == 0
            ? double.Parse(output, CultureInfo.InvariantCulture) / 1024
            : throw new InvalidOperationException($"the probe '{name}' exited with {exitCode}");
    }
}
