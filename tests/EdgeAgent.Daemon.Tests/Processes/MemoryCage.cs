using System.Globalization;

namespace EdgeAgent.Daemon.Tests;

/// <summary>A control group with a limit of memory, as a unit of the service manager has one. Works on either layout of cgroups.</summary>
internal sealed class MemoryCage : IDisposable
{
    private const string Old = "/sys/fs/cgroup/memory", New = "/sys/fs/cgroup";

    private readonly bool _old = Directory.Exists(Old);

    internal MemoryCage(long bytes)
    {
        Path = System.IO.Path.Combine(_old ? Old : New, $"edgeagent-test-{Environment.ProcessId}-{Guid.NewGuid():N}");
        if (!_old)
            File.WriteAllText($"{New}/cgroup.subtree_control", "+memory");
        Directory.CreateDirectory(Path);
        File.WriteAllText(System.IO.Path.Combine(Path, _old ? "memory.limit_in_bytes" : "memory.max"), bytes.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Its directory.</summary>
    internal string Path { get; }

    /// <summary>The most that was in use at once, in bytes, with what the kernel keeps of files.</summary>
    internal long Peak => long.Parse(Read(_old ? "memory.max_usage_in_bytes" : "memory.peak"), CultureInfo.InvariantCulture);

    /// <summary>How many of its processes the kernel killed for want of memory.</summary>
    internal int Killed => int.Parse(
        Read(_old ? "memory.oom_control" : "memory.events").Split('\n').Select(line => line.Split(' ')).Single(words => words[0] == "oom_kill")[1],
        CultureInfo.InvariantCulture);

    /// <summary>Its processes have ended.</summary>
    public void Dispose() => Directory.Delete(Path);

    private string Read(string file) => File.ReadAllText(System.IO.Path.Combine(Path, file));
}
