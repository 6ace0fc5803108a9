using System.CommandLine;

namespace EdgeAgent.Cli.Server;

/// <summary>The options that say which control plane, and as whom.</summary>
internal sealed class ServerOptions
{
    private readonly Option<string?> _context = Text("--context", "FILE", "Which control plane and as whom, as the control plane's admin.context says it. Else EDGECTL_CONTEXT, else ~/.config/edgectl/context. The other options win over it.");
    private readonly Option<string?> _server = Text("--server", "URL[,URL]", "The control plane: http:// is plaintext, https:// is mutual TLS; of several, separated by commas, one that can be reached. Else EDGECTL_SERVER.");
    private readonly Option<string?> _authorities = Text("--ca", "FILE", "The authorities that the control plane's certificate must come from, in PEM. Else EDGECTL_CA.");
    private readonly Option<string?> _certificate = Text("--cert", "FILE", "Your certificate, in PEM. Else EDGECTL_CERT.");
    private readonly Option<string?> _key = Text("--key", "FILE", "Its private key, in PEM. Else EDGECTL_KEY.");

    private readonly Option<string?> _token = Text("--bearer", "TOKEN", "Your bearer token, in place of a certificate. Else EDGECTL_TOKEN, where other users of this machine cannot see it.");

    public void AddTo(RootCommand root)
    {
        root.Options.Add(_context);
        root.Options.Add(_server);
        root.Options.Add(_authorities);
        root.Options.Add(_certificate);
        root.Options.Add(_key);
        root.Options.Add(_token);
    }

    /// <summary>The context that the command is given.</summary>
    public ContextFile ReadContext(ParseResult command, Terminal terminal) => ContextFile.Read(Value(command, terminal, _context, "EDGECTL_CONTEXT"), terminal);

    /// <summary>Makes a connection; the network is touched by its first call.</summary>
    public ServerConnection Connect(ParseResult command, Terminal terminal)
    {
        var file = ReadContext(command, terminal);
        var context = file.Context;
        var given = Value(command, terminal, _server, "EDGECTL_SERVER") ?? context.Server
            ?? throw CommandFailure.BadInput("edgectl: no server; expected --server URL, EDGECTL_SERVER in the environment, or a context that names one");
        var servers = ServerChoice.Read(given);
        var (certificate, key) = (Value(command, terminal, _certificate, "EDGECTL_CERT"), Value(command, terminal, _key, "EDGECTL_KEY"));
        if (certificate is null != key is null)
            throw CommandFailure.BadInput("edgectl: a certificate without its key, or a key without its certificate; expected both --cert and --key, or neither");
        var isOwn = certificate is not null;
        var bearer = Value(command, terminal, _token, "EDGECTL_TOKEN") ?? (isOwn ? null : context.Token);
        if (bearer is not null && servers.Any(server => server.Scheme != "https"))
            throw CommandFailure.BadInput($"edgectl: a bearer token over plaintext would be anybody's; expected https:// in place of '{given}'");
        var identity = ClientIdentity.Read(
            ReadFile(Value(command, terminal, _authorities, "EDGECTL_CA"), "certificates in PEM") ?? file.Pem("authorities", context.Authorities),
            isOwn ? ReadFile(certificate, "a certificate in PEM") : file.Pem("certificate", context.Certificate),
            isOwn ? ReadFile(key, "a key in PEM") : file.Pem("key", context.Key));
        return new(ServerChoice.Reachable(servers), identity, bearer);
    }

    /// <summary>Who changes things, as far as the operating system knows; a client certificate says it better.</summary>
    public static string Author(Terminal terminal) =>
        terminal.Environment("SUDO_USER") ?? terminal.Environment("USER") ?? System.Environment.UserName;

    private static Option<string?> Text(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, Recursive = true };

    private static string? Value(ParseResult command, Terminal terminal, Option<string?> option, string variable) =>
        command.GetValue(option) ?? (terminal.Environment(variable) is { Length: > 0 } value ? value : null);

    private static PemText? ReadFile(string? path, string expected)
    {
        if (path is null)
            return null;
        try
        {
            return new(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.BadInput($"{path}: {e.Message.TrimEnd('.')}; expected {expected}");
        }
    }
}
