using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>Real packets against the interpreters, which other tests compare with the evaluator of policies.</summary>
public sealed class CompiledPacketTests : IDisposable
{
    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Fact]
    public async Task The_kernel_decides_as_the_interpreter()
    {
        using var kernel = new NetfilterKernel(_trial.NamespacePath);
        await _trial.CompareAsync(static seed => RandomHostPolicy.Of(seed), policy =>
        {
            var ruleset = RulesetCompiler.Compile(policy, CompileOptions.Default);
            kernel.Update(table => RulesetDiffer.Plan(table.Ruleset, ruleset));
            return (packet => RulesetInterpreter.Run(ruleset, packet).Accepted, RulesetText.Of(ruleset));
        });
    }

    [Fact]
    public async Task With_xtables_the_kernel_decides_as_the_interpreter_of_that()
    {
        using var kernel = new XTablesKernel(_trial.NamespacePath);
        await _trial.CompareAsync(static seed => RandomHostPolicy.Of(seed, XTablesTest.Sayable), policy =>
        {
            var ruleset = XTablesCompiler.Compile(policy, CompileOptions.Default);
            foreach (var operation in XTablesDiffer.Plan(kernel.Read().Held, ruleset))
                kernel.Apply(operation);
            return (packet => XTablesInterpreter.Run(ruleset, KernelPacket.HookOf(packet), KernelPacket.Of(packet)).Accepted, XTablesText.Of(ruleset));
        });
    }
}
