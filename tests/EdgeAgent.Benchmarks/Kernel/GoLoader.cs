using System.ComponentModel;
using System.Diagnostics;

namespace EdgeAgent.Benchmarks;

/// <summary>Builds the Go program of <c>Go/load.go</c> against Debian's packages <c>golang-go</c> and <c>golang-github-google-nftables-dev</c>.</summary>
internal static class GoLoader
{
    private const string Libraries = "/usr/share/gocode";

    /// <summary>Builds it; the path of the program, or null and why not.</summary>
    public static string? TryBuild(ScratchDirectory files, out string missing)
    {
        if (!Directory.Exists($"{Libraries}/src/github.com/google/nftables"))
        {
            missing = "not installed: golang-github-google-nftables-dev";
            return null;
        }

        var program = Path.Combine(files.Path, "load");
        var start = new ProcessStartInfo("go", ["build", "-o", program, Path.Combine(AppContext.BaseDirectory, "Go", "load.go")]) { RedirectStandardError = true };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = Libraries;
        start.Environment["GOCACHE"] = Path.Combine(files.Path, "cache");
        start.Environment["CGO_ENABLED"] = "0";
        try
        {
            using var build = Process.Start(start)!;
            missing = build.StandardError.ReadToEnd();
            build.WaitForExit();
            return build.ExitCode == 0 ? program : null;
        }
        catch (Win32Exception)
        {
            missing = "not installed: golang-go";
            return null;
        }
    }
}
