namespace EdgeAgent.Benchmarks;

/// <summary>A directory for the files of one measurement.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    /// <summary>The directory.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("edgeagent-bench-").FullName;

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
