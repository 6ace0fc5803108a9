using System.Diagnostics;
using System.Security.Cryptography;
using EdgeAgent.EndToEnd.Tests.Support;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>The packages, built of the executables of this build: what is in them, and that building twice gives the same bytes.</summary>
public sealed class PackageTests
{
    [Theory]
    [InlineData("edgeagent")]
    [InlineData("edgecontrol")]
    [InlineData("edgectl")]
    public async Task Building_twice_gives_equal_bytes_and_the_checkers_find_no_error(string package)
    {
        using var directory = new PackageDirectory();
        var (first, second) = (await directory.BuildAsync(package, "first"), await directory.BuildAsync(package, "second"));

        Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(first.Deb)), SHA256.HashData(await File.ReadAllBytesAsync(second.Deb)));
        Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(first.Rpm)), SHA256.HashData(await File.ReadAllBytesAsync(second.Rpm)));
        var lintian = await RunAsync("lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0", first.Deb);
        Assert.True(lintian.ExitCode == 0, lintian.Output);
        var rpmlint = await RunAsync("rpmlint", "-c", Path.Combine(Repository.Root, "packaging", "rpm", "rpmlint.toml"), first.Rpm);
        Assert.True(rpmlint.ExitCode == 0 && rpmlint.Output.Contains(" 0 errors", StringComparison.Ordinal), rpmlint.Output);
    }

    [Theory]
    [InlineData("edgeagent")]
    [InlineData("edgecontrol")]
    public async Task A_service_has_unit_user_and_directories_and_no_configuration_that_would_start_it(string service)
    {
        using var directory = new PackageDirectory();
        var (deb, rpm) = await directory.BuildAsync(service, "out");
        var ofDeb = (await RunAsync("dpkg-deb", "--contents", deb)).Output;
        var ofRpm = (await RunAsync("rpm", "-qlp", rpm)).Output;

        foreach (var file in new[] { $"/usr/bin/{service}", $"/lib/systemd/system/{service}.service", $"/usr/lib/sysusers.d/{service}.conf", $"/usr/lib/tmpfiles.d/{service}.conf" })
        {
            Assert.Contains(file, ofDeb, StringComparison.Ordinal);
            Assert.Contains(file, ofRpm, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(" ./etc/", ofDeb, StringComparison.Ordinal);
        Assert.DoesNotContain("\n/etc/", ofRpm, StringComparison.Ordinal);
        Assert.Contains($"ConditionPathExists=/etc/{service}/", await File.ReadAllTextAsync(Path.Combine(Repository.Root, "packaging", "systemd", $"{service}.service")), StringComparison.Ordinal);
        var control = Path.Combine(directory.Path, "control");
        Assert.Equal(0, (await RunAsync("dpkg-deb", "--control", deb, control)).ExitCode);
        foreach (var script in new[] { "postinst", "prerm", "postrm" })
            Assert.Equal(0, (await RunAsync("sh", "-n", Path.Combine(control, script))).ExitCode);
        Assert.Contains("systemctl", (await RunAsync("rpm", "-qp", "--scripts", rpm)).Output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SOURCE_DATE_EPOCH"] = "1700000000";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>A directory with the executables where a publish would leave them, and the packages made of them.</summary>
    private sealed class PackageDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("edgeagent-packages-").FullName;

        public async Task<(string Deb, string Rpm)> BuildAsync(string package, string output)
        {
            var program = package switch
            {
                "edgeagent" => Repository.Agent,
                "edgecontrol" => Repository.ControlPlane,
                _ => Repository.Edgectl,
            };
            var published = Directory.CreateDirectory(System.IO.Path.Combine(Path, "published", package)).FullName;
            File.Copy(program, System.IO.Path.Combine(published, package), overwrite: true);
            var target = System.IO.Path.Combine(Path, output);
            var built = await RunAsync(
                System.IO.Path.Combine(Repository.Root, "packaging", "build-packages.sh"),
                "--only", package, "--published", System.IO.Path.Combine(Path, "published"), "--output", target);
            Assert.True(built.ExitCode == 0, built.Output);
            return (Assert.Single(Directory.GetFiles(target, "*.deb")), Assert.Single(Directory.GetFiles(target, "*.rpm")));
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
