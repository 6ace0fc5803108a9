using System.Diagnostics;

namespace EdgeAgent.Benchmarks;

/// <summary>Runs this program once more: a runtime reads its settings, and a peak of memory begins, when a process starts.</summary>
internal static class OwnProcess
{
    /// <summary>Runs it and waits for its end.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="settings">Environment variables, beside those of this process.</param>
    /// <returns>Its exit code and what it printed.</returns>
    public static (int ExitCode, string Output) Run(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
