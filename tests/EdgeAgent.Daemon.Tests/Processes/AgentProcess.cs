using System.Diagnostics;
using System.Globalization;
using System.Text;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>The real <c>edgeagent</c> in a namespace.</summary>
internal sealed class AgentProcess : IDisposable
{
    // From its own output folder: beside the tests some of its assemblies are left to a framework that it does not use.
    internal static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "EdgeAgent.Daemon", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "edgeagent");

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private AgentProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Log(line.Data);
        process.ErrorDataReceived += (_, line) => Log(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal int Id => _process.Id;

    internal string Output
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts <c>edgeagent run</c>.</summary>
    internal static AgentProcess Run(TestNamespace place, string stateDirectory, string controlPlane, params string[] more) => RunIn(null, place, stateDirectory, controlPlane, more);

    /// <summary>Starts <c>edgeagent run</c>, under a limit of memory where there is one.</summary>
    internal static AgentProcess RunIn(MemoryCage? cage, TestNamespace place, string stateDirectory, string controlPlane, params string[] more) =>
        new(place.Start(Arguments(cage, ["run", "--control-plane", controlPlane, "--insecure", "--name", "ratings-1", "--label", "app=ratings", "version=v1", "--port", "http=TCP/9080", "--state-dir", stateDirectory, .. more])));

    /// <summary>Runs another command to its end.</summary>
    internal static (int ExitCode, string Output, string Errors) Command(TestNamespace place, params string[] arguments)
    {
        using var process = place.Start(Arguments(null, arguments));
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Kills it at once, as a crash would end it.</summary>
    internal void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to end, as a supervisor does; the exit code.</summary>
    internal int Stop()
    {
        using (var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        return _process.WaitForExit(TimeSpan.FromSeconds(30)) ? _process.ExitCode : throw new TimeoutException($"the agent does not end:\n{Output}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private static ProcessStartInfo Arguments(MemoryCage? cage, IEnumerable<string> arguments) =>
        cage is null ? ShortLived.Of(Captured(Program, arguments)) : Captured("sh", InCage(cage, arguments));

    // The runtime reads the limit when it starts, so that it must be in the group by then.
    private static IEnumerable<string> InCage(MemoryCage cage, IEnumerable<string> arguments) =>
        ["-c", "echo $$ >\"$0\"/cgroup.procs && exec \"$@\"", cage.Path, Program, .. arguments];

    private static ProcessStartInfo Captured(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

    private void Log(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }
}
