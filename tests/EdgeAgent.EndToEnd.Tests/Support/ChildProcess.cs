using System.Diagnostics;
using System.Text;
using EdgeAgent.Testing;

namespace EdgeAgent.EndToEnd.Tests.Support;

/// <summary>A process that the tests started inside a network namespace. nsenter becomes the program, so the number is the program's.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private ChildProcess(Process process) => _process = process;

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>All that it wrote so far, both streams.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts a program.</summary>
    public static ChildProcess Start(string namespaceFile, string program, params IEnumerable<string> arguments)
    {
        var child = new ChildProcess(new() { StartInfo = Inside(namespaceFile, program, arguments) });
        child._process.OutputDataReceived += child.Keep;
        child._process.ErrorDataReceived += child.Keep;
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<ProgramRun> RunAsync(string namespaceFile, string program, string input, params IEnumerable<string> arguments)
    {
        using var process = new Process { StartInfo = Inside(namespaceFile, program, arguments) };
        process.Start();
        var id = process.Id;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end");
        }

        return new(id, process.ExitCode, await output, await error);
    }

    /// <summary>Asks it to end, as systemd does, and waits.</summary>
    public void Stop()
    {
        if (IsRunning)
        {
            using var signal = Process.Start("sh", ["-c", $"kill -TERM {Id}"]);
            signal.WaitForExit();
        }

        if (!_process.WaitForExit(_patience))
        {
            Crash();
            throw new TimeoutException($"process {Id} did not end when asked:\n{Said}");
        }
    }

    /// <summary>Ends it as <c>kill -9</c> does, and waits.</summary>
    public void Crash()
    {
        if (IsRunning)
            _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Crash();
        _process.Dispose();
    }

    private static ProcessStartInfo Inside(string namespaceFile, string program, IEnumerable<string> arguments)
    {
        var start = ShortLived.Of(new("nsenter") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true });
        start.ArgumentList.Add($"--net={namespaceFile}");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_said)
            _said.AppendLine(line.Data);
    }
}

/// <summary>What a program gave.</summary>
internal sealed record ProgramRun(int ProcessId, int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>This run, if it ended with 0.</summary>
    public ProgramRun Succeeded() => ExitCode == 0 ? this : throw new InvalidOperationException($"exit code {ExitCode}\n{Output}\n{Error}");
}
