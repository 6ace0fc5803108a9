using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgeAgent.Benchmarks;

/// <summary>A real <c>edgecontrol</c>, in a process of its own, with mutual TLS and its embedded authority.</summary>
internal sealed class ControlPlaneProcess : IDisposable
{
    // Fixed by the kernel for what it shows to programs (USER_HZ).
    private const double TicksPerSecond = 100;

    private readonly string _data;
    private readonly string _log;
    private readonly int _port = FreePort();
    private readonly int _http = FreePort();
    private Process? _process;

    public ControlPlaneProcess(ScratchDirectory directory) =>
        (_data, _log) = (Path.Combine(directory.Path, "data"), Path.Combine(directory.Path, "log"));

    /// <summary>Where agents and people call; a name, since TLS sessions are kept by name.</summary>
    public Uri Address => new($"https://localhost:{_port}");

    /// <summary>The data directory.</summary>
    public string Data => _data;

    /// <summary>Resident memory, in MiB.</summary>
    public double Resident => Field("VmRSS") / 1024;

    /// <summary>The most memory that was resident since the start, in MiB.</summary>
    public double Peak => Field("VmHWM") / 1024;

    /// <summary>Processor time since the start.</summary>
    public TimeSpan Processor
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{_process!.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
        }
    }

    /// <summary>What it logged as a warning or an error.</summary>
    public IReadOnlyList<string> Complaints => [.. File.ReadLines(_log).Where(line => line.Contains(" WRN ", StringComparison.Ordinal) || line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" FTL ", StringComparison.Ordinal))];

    /// <summary>Starts it; done when it serves.</summary>
    public async Task StartAsync(TimeSpan patience)
    {
        // The program beside this one: the same build.
        var program = Path.Combine(AppContext.BaseDirectory, "edgecontrol.dll");
        var info = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" 2>>\"$log\"", "sh", _log, "dotnet", program, "--data", _data, "--listen", $"127.0.0.1:{_port}", "--http", $"127.0.0.1:{_http}"]);
        info.Environment.Remove("NOTIFY_SOCKET");
        foreach (var setting in AgentsRuntime.Settings.Keys)
            info.Environment.Remove(setting);
        // As its unit has it.
        info.Environment["MALLOC_ARENA_MAX"] = "1";
        info.Environment["DOTNET_GCgen0size"] = "3000000";
        _process = Process.Start(info)!;
        using var client = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(client))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > patience)
                throw new InvalidOperationException($"edgecontrol does not serve: {string.Join('\n', File.ReadLines(_log).TakeLast(5))}");
            await Task.Delay(20);
        }
    }

    /// <summary>Ends it.</summary>
    public async Task StopAsync(bool kill)
    {
        if (kill)
        {
            _process!.Kill();
        }
        else
        {
            using var terminate = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process!.Id}"]);
            await terminate.WaitForExitAsync();
        }

        await _process!.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is null)
            return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{_http}/readyz"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private double Field(string name) => double.Parse(
        File.ReadLines($"/proc/{_process!.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
