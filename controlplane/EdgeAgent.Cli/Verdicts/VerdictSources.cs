using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Server;

namespace EdgeAgent.Cli.Verdicts;

/// <summary>Chooses who is asked: with <c>-f</c> the manifests alone, without it the control plane.</summary>
internal sealed class VerdictSources(Terminal terminal, ServerOptions server)
{
    public Option<string[]> Files { get; } = InputFiles.Option(required: false, "Manifests to answer from, without any server: files, directories, or - for standard input.");

    public IVerdictSource Open(ParseResult parsed) =>
        parsed.GetValue(Files) is { Length: > 0 } paths
            ? OfflineVerdicts.Read(paths, terminal)
            : new LiveVerdicts(server.Connect(parsed, terminal));
}
