using System.Diagnostics;
using System.Globalization;
using EdgeAgent.Testing;

namespace EdgeAgent.EndToEnd.Tests.Booted;

/// <summary>
/// A machine with a real systemd as its first process, in a container: a layer over a release's root, cgroups of its own, and a network
/// namespace that the test made. It may be powered off and booted again, each time in another namespace, as a reboot empties the kernel.
/// </summary>
internal sealed class BootedHost : IDisposable
{
    private static readonly string[] _controllers = [.. Directory.GetDirectories("/sys/fs/cgroup").Select(path => path + "/")];

    private readonly string _name = $"eeboot{Environment.ProcessId}";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("edgeagent-boot-");
    private Process? _container;
    private int _init;

    public BootedHost(string release)
    {
        foreach (var layer in new[] { "upper", "work", "root" })
            _directory.CreateSubdirectory(layer);
        Shell($"mount -t overlay overlay -o lowerdir={RootFileSystem.Of(release)},upperdir={_directory}/upper,workdir={_directory}/work {Root}");
        // The controllers are mounted read-only in a container: without this, limits of units are ignored in silence.
        Write("/guest-init", "#!/bin/sh\nfor c in /sys/fs/cgroup/*/; do mount -o remount,bind,rw $c; done\nexec /lib/systemd/systemd\n");
        Shell($"chmod 755 {Root}/guest-init");
    }

    /// <summary>Its root directory, as seen from outside.</summary>
    public string Root => Path.Combine(_directory.FullName, "root");

    /// <summary>Writes a file of the machine.</summary>
    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root + path)!);
        File.WriteAllText(Root + path, content);
    }

    /// <summary>Boots, and returns once the first process is there; units may still be starting.</summary>
    public void Boot(TestNamespace network, string release)
    {
        var start = new ProcessStartInfo("sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SYSTEMD_NSPAWN_API_VFS_WRITABLE"] = "network" },
        };
        // Releases after Debian 12 do not boot on the old layout of cgroups.
        if (release is not ("bullseye" or "bookworm"))
            start.Environment["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1";
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"""
            for c in {string.Join(' ', _controllers)}; do
                mkdir -p $c{_name} 2>/dev/null || continue
                [ $c != /sys/fs/cgroup/cpuset/ ] || for f in cpuset.cpus cpuset.mems; do cat $c$f >$c{_name}/$f; done
                echo $$ >$c{_name}/cgroup.procs
            done
            exec systemd-nspawn --quiet --kill-signal=SIGRTMIN+3 --directory={Root} --machine={_name} --hostname=legacy-vm \
                --register=no --keep-unit --console=pipe --capability=CAP_BPF,CAP_NET_ADMIN --system-call-filter=bpf \
                --resolv-conf=off --timezone=off --link-journal=no --network-namespace-path={network.Path} /guest-init
            """);
        _container = Process.Start(start)!;
        _container.StandardInput.Close();
        _container.OutputDataReceived += static (_, _) => { };
        _container.BeginOutputReadLine();
        _container.ErrorDataReceived += static (_, _) => { };
        _container.BeginErrorReadLine();
        for (var patience = Stopwatch.StartNew(); (_init = FirstOfItsNamespace(_container.Id)) == 0;)
        {
            Assert.True(!_container.HasExited && patience.Elapsed < TimeSpan.FromSeconds(20), "the container does not start");
            Thread.Sleep(20);
        }
    }

    /// <summary>Waits until all units of the boot are started.</summary>
    public void WaitUntilRunning()
    {
        for (var patience = Stopwatch.StartNew(); ;)
        {
            var (code, said) = Try("systemctl is-system-running --wait");
            if (code == 0)
                return;
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60) && !said.Contains("degraded", StringComparison.Ordinal), $"{said}{Try("systemctl --failed --no-pager; journalctl --no-pager -p warning").Said}");
            Thread.Sleep(50);
        }
    }

    /// <summary>Runs a line of shell inside, which must succeed.</summary>
    /// <returns>What it wrote, both streams, without the last line's end.</returns>
    public string Run(string line)
    {
        var (code, said) = Try(line);
        return code == 0 ? said.TrimEnd() : throw new InvalidOperationException($"'{line}' exited with {code}:\n{said}\n{Try("journalctl -u edgeagent --no-pager | tail -30").Said}");
    }

    /// <summary>Runs a line of shell inside.</summary>
    public (int Code, string Said) Try(string line)
    {
        string[] arguments =
        [
            "-t", _init.ToString(CultureInfo.InvariantCulture), "-a", "env", "-i", "-C", "/", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", $"({line}) 2>&1",
        ];
        using var process = Process.Start(new ProcessStartInfo("nsenter", arguments) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    /// <summary>Powers off as an operator would, and waits.</summary>
    public void PowerOff()
    {
        Try("systemctl poweroff");
        if (!_container!.WaitForExit(TimeSpan.FromSeconds(40)))
            throw new TimeoutException("the machine does not power off");
        _container.Dispose();
        _container = null;
    }

    public void Dispose()
    {
        if (_container is { HasExited: false })
        {
            // The first process of a process namespace takes all others with it.
            if (_init != 0)
                Shell($"kill -KILL {_init} 2>/dev/null || true");
            if (!_container.WaitForExit(TimeSpan.FromSeconds(10)))
                _container.Kill();
            _container.WaitForExit();
        }

        _container?.Dispose();
        Shell($"umount -l {Root}");
        foreach (var controller in _controllers)
            Shell($"find {controller}{_name} -depth -type d -exec rmdir {{}} \\; 2>/dev/null || true");
        Shell($"rmdir /run/systemd/nspawn/propagate/{_name} 2>/dev/null || true");
        _directory.Delete(recursive: true);
    }

    /// <summary>The child that is the first process of its own process namespace; 0 as long as there is none.</summary>
    private static int FirstOfItsNamespace(int parent)
    {
        try
        {
            foreach (var child in File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var numbers = File.ReadLines($"/proc/{child}/status").First(line => line.StartsWith("NSpid:", StringComparison.Ordinal)).Split('\t');
                if (numbers.Length > 2 && numbers[^1] == "1")
                    return int.Parse(child, CultureInfo.InvariantCulture);
            }
        }
        catch (IOException)
        {
            // A helper of the container's start ended between two reads.
        }

        return 0;
    }

    private static void Shell(string line)
    {
        using var process = Process.Start("sh", ["-c", line]);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"'{line}' exited with {process.ExitCode}");
    }
}
