using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Verdicts;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl derive -f PATH...</c>: what is derived from Istio's resources, each rule with the field that it comes from.</summary>
internal static class DeriveCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = InputFiles.Option(required: true, "Manifests: files, directories, or - for standard input.");
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("derive", "Shows the policy that is derived from Istio's resources, with provenance.") { files, output };
        command.SetAction(parsed =>
        {
            var rules = Rules(OfflineState.Read(parsed.GetValue(files) ?? [], terminal)).ToList();
            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                using var lines = JsonOutput.Lines(terminal);
                foreach (var rule in rules)
                    lines.Write(json => DerivedRuleJson.Write(json, rule));
            }
            else
            {
                WriteTable(terminal, rules);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<DerivedRule> Rules(EngineState state) =>
        from item in state.Derived.Policies.Where(policy => policy.Tier == BuiltInTiers.Mesh).Select(policy => (Policy: policy, IsSuggestion: false))
            .Concat(state.Derived.Suggestions.Select(policy => (Policy: policy, IsSuggestion: true)))
        from side in new[] { (Direction.Inbound, item.Policy.Ingress), (Direction.Outbound, item.Policy.Egress) }
        where side.Item2 is not null
        from rule in side.Item2.Rules
        select new DerivedRule(item.Policy, side.Item1, side.Item2, rule, item.IsSuggestion);

    private static void WriteTable(Terminal terminal, List<DerivedRule> rules)
    {
        var table = new TextTable("DIRECTION", "EFFECT", "HOSTS", "PEERS", "TRAFFIC", "DERIVED FROM", "SOURCE");
        foreach (var rule in rules)
            table.Add(rule.DirectionWord, rule.Effect, rule.Hosts, rule.Peers, rule.Traffic, rule.Provenance, rule.Source);
        table.WriteTo(terminal.Output);
    }
}
