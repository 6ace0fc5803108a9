using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary><c>edgeagent verify</c>: compares the kernel with what it must hold.</summary>
internal static class VerifyCommand
{
    internal static int Run(string stateDirectory, TextWriter output)
    {
        var enforcement = KeptPolicy.Read(stateDirectory);
        using var kernel = new NetfilterKernel();
        var table = kernel.Read();
        var desired = RulesetText.Of(Desired.Of(enforcement, table.Ruleset));
        if (table.Ruleset is not { } found)
        {
            output.WriteLine($"- table inet {Ruleset.Table}");
            output.WriteLine($"{enforcement.Policy}: the kernel has no table {Ruleset.Table}");
            return ExitCodes.Negative;
        }

        var lines = TableDifference.Lines(desired, RulesetText.Of(found)).Concat(table.Foreign.Select(words => "+ " + words)).ToList();
        foreach (var line in lines)
            output.WriteLine(line);
        output.WriteLine(lines.Count == 0
            ? $"{enforcement.Policy}: the kernel holds what it must, digest {RulesetDigest.Of(found).Short}"
            : $"{enforcement.Policy}: {lines.Count} lines differ ('-' is missing from the kernel, '+' does not belong there)");
        return lines.Count == 0 ? ExitCodes.Done : ExitCodes.Negative;
    }
}
