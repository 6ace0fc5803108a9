namespace EdgeAgent.EndToEnd.Tests.Support;

/// <summary>Where things are: the tests run from <c>artifacts/bin/PROJECT/CONFIGURATION</c>, and the executables are beside them.</summary>
internal static class Repository
{
    private static readonly DirectoryInfo _output = new(AppContext.BaseDirectory);

    /// <summary>The root of the sources.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The agent.</summary>
    public static string Agent { get; } = Executable("EdgeAgent.Daemon", "edgeagent");

    /// <summary>The control plane.</summary>
    public static string ControlPlane { get; } = Executable("EdgeAgent.ControlPlane", "edgecontrol");

    /// <summary>The command line tool.</summary>
    public static string Edgectl { get; } = Executable("EdgeAgent.Cli", "edgectl");

    /// <summary>The lab's tool.</summary>
    public static string Lab { get; } = Executable("EdgeAgent.Lab", "edgelab");

    /// <summary>The load.</summary>
    public static string Benchmarks { get; } = Executable("EdgeAgent.Benchmarks", "EdgeAgent.Benchmarks");

    /// <summary>A manifest of the quickstart.</summary>
    public static string Manifest(string name) => Path.Combine(Root, "packaging", "quickstart", "manifests", name);

    private static string Executable(string project, string name)
    {
        var path = Path.Combine(_output.Parent!.Parent!.FullName, project, _output.Name, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there; expected this project to be built with all that it runs", path);
    }

    private static string FindRoot()
    {
        for (var directory = _output; directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "EdgeAgent.sln")))
                return directory.FullName;
        }

        throw new DirectoryNotFoundException($"no EdgeAgent.sln above {_output.FullName}");
    }
}
