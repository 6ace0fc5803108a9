using System.Diagnostics;
using EdgeAgent.EndToEnd.Tests.Support;

namespace EdgeAgent.EndToEnd.Tests.Booted;

/// <summary>
/// The agent's Debian package as it is shipped: its own runtime, trimmed. Published once for all tests, packed in two versions.
/// <c>EDGEAGENT_PUBLISHED</c> names a directory of executables that were published before, which saves minutes.
/// </summary>
public sealed class AgentPackage : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("edgeagent-packages-");

    public AgentPackage()
    {
        Current = Build("1.0.0");
        Next = Build("1.0.1");
    }

    /// <summary>The version that is installed first.</summary>
    public string Current { get; }

    /// <summary>The version to upgrade to.</summary>
    public string Next { get; }

    public void Dispose() => _directory.Delete(recursive: true);

    private string Build(string version)
    {
        var output = Path.Combine(_directory.FullName, version);
        var published = Environment.GetEnvironmentVariable("EDGEAGENT_PUBLISHED") ?? Path.Combine(_directory.FullName, "published");
        string[] arguments = ["--only", "edgeagent", "--format", "deb", "--version", version, "--published", published, "--output", output];
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "packaging", "build-packages.sh"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{said.Result}\n{errors.Result}");
        return Assert.Single(Directory.GetFiles(output));
    }
}
