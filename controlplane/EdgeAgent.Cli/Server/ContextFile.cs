using System.Text.Json;
using EdgeAgent.Wire;

namespace EdgeAgent.Cli.Server;

/// <summary>The file that says which control plane, and as whom: <c>--context</c>, else <c>EDGECTL_CONTEXT</c>, else the user's own.</summary>
/// <param name="Path">Where it is; empty for nowhere.</param>
/// <param name="Context">What it says.</param>
internal sealed record ContextFile(string Path, ClientContext Context)
{
    /// <summary>Reads a context; that of the user alone may be missing.</summary>
    /// <param name="given">What the command line or the environment says; null for nothing.</param>
    /// <param name="terminal">The environment.</param>
    /// <exception cref="CommandFailure">It is missing or no context.</exception>
    public static ContextFile Read(string? given, Terminal terminal)
    {
        var path = given ?? UsersOwn(terminal);
        if (path is null || (given is null && !File.Exists(path)))
            return new("", new());
        try
        {
            return new(path, ClientContext.Parse(File.ReadAllText(path)));
        }
        catch (JsonException e)
        {
            throw CommandFailure.BadInput($"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: no context; expected JSON with server, authorities, certificate and key, such as the admin.context of a control plane");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.BadInput($"{path}: {e.Message.TrimEnd('.')}; expected a context");
        }
    }

    /// <summary>Writes another context in the place of this one: whole or not at all, and for its owner alone.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public void Write(ClientContext context)
    {
        var beside = $"{Path}.new";
        try
        {
            File.Delete(beside);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(beside, options))
            using (var writer = new StreamWriter(file))
                writer.Write(context.ToJson());
            File.Move(beside, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.BadInput($"{Path}: {e.Message.TrimEnd('.')}; expected to be able to write the context");
        }
    }

    /// <summary>A field in PEM; null where the context is silent.</summary>
    public PemText? Pem(string field, string? text) => text is null ? null : new($"{Path}: {field}", text);

    private static string? UsersOwn(Terminal terminal)
    {
        var configuration = terminal.Environment("XDG_CONFIG_HOME") is { Length: > 0 } given ? given
            : terminal.Environment("HOME") is { Length: > 0 } home ? System.IO.Path.Combine(home, ".config") : null;
        return configuration is null ? null : System.IO.Path.Combine(configuration, "edgectl", "context");
    }
}
