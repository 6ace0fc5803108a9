using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Output.Export;
using EdgeAgent.Cli.Server;
using EdgeAgent.Cli.Verdicts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl export --for kubernetes|calico [-f PATH...]</c>.</summary>
internal static class ExportCommand
{
    private const string Kubernetes = "kubernetes";
    private const string Calico = "calico";

    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var files = InputFiles.Option(required: false, "Manifests to export from, without any server: files, directories, or - for standard input.");
        var target = new Option<string>("--for")
        {
            Required = true,
            HelpName = $"{Kubernetes}|{Calico}",
            Description = "The language: NetworkPolicy can only grant; Calico's can deny, and adds to what the cluster has.",
        };
        target.AcceptOnlyFromAmong(Kubernetes, Calico);
        var command = new Command("export", "Writes the cluster's half of the flows between its pods and hosts, so that pods' ends enforce what hosts' ends do.") { target, files };
        command.SetAction(async (parsed, cancellation) =>
        {
            var state = await StateSources.ReadAsync(parsed.GetValue(files), () => server.Connect(parsed, terminal), terminal, cancellation);
            var bookend = ClusterBookend.Of(state);
            var (yaml, warnings) = parsed.GetValue(target) == Calico ? CalicoExport.Of(bookend) : KubernetesExport.Of(bookend);
            await terminal.Output.WriteAsync(yaml);
            Findings.Write(terminal, bookend.Warnings);
            foreach (var warning in warnings)
                await terminal.Error.WriteLineAsync($"warning: {warning}");
            if (bookend.Policies.IsEmpty)
                await terminal.Error.WriteLineAsync("no host denies any pod anything; nothing to export");
            return ExitCode.Done;
        });
        return command;
    }
}
