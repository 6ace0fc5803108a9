using System.Diagnostics;

namespace EdgeAgent.EndToEnd.Tests.Booted;

/// <summary>
/// The root file system of a Debian release, made by <c>debootstrap</c> once for a machine and only read after: hosts boot over it with
/// a layer of their own.
/// </summary>
internal static class RootFileSystem
{
    // What a legacy VM has, and nft as the oracle of what the kernel holds.
    private const string Packages = "systemd,systemd-sysv,dbus,nftables,iproute2,ifupdown,ca-certificates,openssl";

    private static readonly string _cache = Path.Combine(
        Environment.GetEnvironmentVariable("EDGEAGENT_TEST_CACHE") ?? "/var/tmp/edgeagent-tests", "roots");

    /// <summary>The directory of a release's root, such as of <c>bookworm</c>.</summary>
    public static string Of(string release)
    {
        Directory.CreateDirectory(_cache);
        using var alone = Locked(Path.Combine(_cache, $"{release}.lock"));
        var root = Path.Combine(_cache, release);
        if (Directory.Exists(root))
            return root;

        var unfinished = Directory.CreateDirectory($"{root}.{Environment.ProcessId}").FullName;
        try
        {
            Run("debootstrap", "--variant=minbase", $"--include={Packages}", release, unfinished, "http://deb.debian.org/debian");
            foreach (var archive in Directory.GetFiles(Path.Combine(unfinished, "var/cache/apt/archives"), "*.deb"))
                File.Delete(archive);
            Directory.Move(unfinished, root);
            return root;
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }
    }

    private static FileStream Locked(string path)
    {
        for (var patience = Stopwatch.StartNew(); ;)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (patience.Elapsed < TimeSpan.FromMinutes(5))
            {
                Thread.Sleep(200);
            }
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} exited with {process.ExitCode}:\n{output.Result}\n{errors.Result}");
    }
}
