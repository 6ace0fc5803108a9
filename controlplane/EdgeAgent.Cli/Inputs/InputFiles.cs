using System.CommandLine;
using EdgeAgent.Manifests;

namespace EdgeAgent.Cli.Inputs;

/// <summary>Reads what <c>-f PATH...</c> names: files, directories, and <c>-</c> for standard input.</summary>
internal static class InputFiles
{
    /// <summary>What standard input is called in messages.</summary>
    public const string StandardInput = "<stdin>";

    private static readonly string[] _extensions = [".yaml", ".yml", ".json"];

    /// <summary>The option itself.</summary>
    public static Option<string[]> Option(bool required, string description) => new("--filename", "-f")
    {
        Description = description,
        HelpName = "PATH",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
        Required = required,
    };

    /// <summary>Reads all of it, in the order given; a directory's files by name.</summary>
    /// <exception cref="CommandFailure">Something cannot be read; all of those are named at once.</exception>
    public static IReadOnlyList<ManifestFile> Read(IReadOnlyList<string> paths, Terminal terminal)
    {
        var files = new List<ManifestFile>();
        var failures = new List<string>();
        if (paths.Count(path => path == "-") > 1)
            failures.Add("edgectl: '-' is given twice; standard input can be read once");
        foreach (var path in paths)
        {
            try
            {
                files.AddRange(path == "-" ? [new ManifestFile(StandardInput, ReadInput(terminal))] : Expand(path).Select(ReadFile));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failures.Add($"{path}: {e.Message.TrimEnd('.')}; expected a YAML or JSON file, a directory of them, or - for standard input");
            }
        }

        return failures.Count == 0 ? files : throw CommandFailure.BadInput(failures);
    }

    /// <summary>Reads standard input to its end.</summary>
    public static byte[] ReadInput(Terminal terminal)
    {
        using var input = terminal.OpenInput();
        using var buffer = new MemoryStream();
        input.CopyTo(buffer);
        return buffer.ToArray();
    }

    private static List<string> Expand(string path)
    {
        if (!Directory.Exists(path))
            return File.Exists(path) ? [path] : throw new FileNotFoundException("no such file or directory");
        var found = Directory.EnumerateFiles(path)
            .Where(file => _extensions.Contains(Path.GetExtension(file), StringComparer.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        return found.Count > 0 ? found : throw new FileNotFoundException($"the directory has no file *{string.Join(", *", _extensions)}");
    }

    private static ManifestFile ReadFile(string path) => new(path, File.ReadAllBytes(path));
}
