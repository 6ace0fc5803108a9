using System.CommandLine;

namespace EdgeAgent.Cli.Server;

/// <summary>The options that say which control plane, and as whom.</summary>
internal sealed class ServerOptions
{
    private readonly Option<string?> _server = Text("--server", "URL", "The control plane: http:// is plaintext, https:// is mutual TLS. Else EDGECTL_SERVER.");
    private readonly Option<string?> _authorities = Text("--ca", "FILE", "The authorities that the control plane's certificate must come from, in PEM. Else EDGECTL_CA.");
    private readonly Option<string?> _certificate = Text("--cert", "FILE", "Your certificate, in PEM. Else EDGECTL_CERT.");
    private readonly Option<string?> _key = Text("--key", "FILE", "Its private key, in PEM. Else EDGECTL_KEY.");

    public void AddTo(RootCommand root)
    {
        root.Options.Add(_server);
        root.Options.Add(_authorities);
        root.Options.Add(_certificate);
        root.Options.Add(_key);
    }

    /// <summary>Makes a connection; the network is touched by its first call.</summary>
    public ServerConnection Connect(ParseResult command, Terminal terminal)
    {
        var given = Value(command, terminal, _server, "EDGECTL_SERVER")
            ?? throw CommandFailure.BadInput("edgectl: no server; expected --server URL, or EDGECTL_SERVER in the environment");
        if (!Uri.TryCreate(given, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            throw CommandFailure.BadInput($"edgectl: '{given}' is no server; expected http://HOST:PORT or https://HOST:PORT");
        if (address.AbsolutePath != "/" || address.Query.Length > 0 || address.UserInfo.Length > 0)
            throw CommandFailure.BadInput($"edgectl: '{given}' says more than a server; expected {address.Scheme}://HOST:PORT alone");
        return new(address, ClientIdentity.Read(
            Value(command, terminal, _authorities, "EDGECTL_CA"),
            Value(command, terminal, _certificate, "EDGECTL_CERT"),
            Value(command, terminal, _key, "EDGECTL_KEY")));
    }

    /// <summary>Who changes things, as far as the operating system knows; a client certificate says it better.</summary>
    public static string Author(Terminal terminal) =>
        terminal.Environment("SUDO_USER") ?? terminal.Environment("USER") ?? System.Environment.UserName;

    private static Option<string?> Text(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, Recursive = true };

    private static string? Value(ParseResult command, Terminal terminal, Option<string?> option, string variable) =>
        command.GetValue(option) ?? (terminal.Environment(variable) is { Length: > 0 } value ? value : null);
}
