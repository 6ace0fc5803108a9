using System.CommandLine;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>Looks at the engine's properties over very many random worlds.</summary>
internal static class WorldsCommand
{
    /// <summary>The command line's part.</summary>
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many worlds.", DefaultValueFactory = _ => 1000 };
        var seed = new Option<int>("--seed") { Description = "The seed of the first; the others follow.", DefaultValueFactory = _ => 1 };
        var changes = new Option<int>("--changes") { Description = "How many changes each world goes through.", DefaultValueFactory = _ => 3 };
        var packets = new Option<int>("--packets") { Description = "How many packets to look at between two addresses.", DefaultValueFactory = _ => 6 };
        var threads = new Option<int>("--threads") { Description = "How many worlds to look at at once.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var command = new Command("worlds", "Looks at all properties of the engine in random worlds, and stops at the first failure with a small case. Exit code 1: one does not hold.") { count, seed, changes, packets, threads };
        command.SetAction(parsed => new WorldsRun(parsed.GetValue(seed), parsed.GetValue(count), parsed.GetValue(changes), parsed.GetValue(packets)).Go(parsed.GetValue(threads)) ? 0 : 1);
        return command;
    }
}
