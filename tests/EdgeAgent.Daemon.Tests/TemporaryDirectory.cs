namespace EdgeAgent.Daemon.Tests;

/// <summary>A directory that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("edgeagent-test-").FullName;

    internal StateDirectory State => StateDirectory.Create(Path);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
