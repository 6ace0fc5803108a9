using System.CommandLine;
using System.Diagnostics;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>Looks at the engine's properties over very many random worlds.</summary>
internal static class WorldsCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The command line's part.</summary>
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many worlds.", DefaultValueFactory = _ => 1000 };
        var seed = new Option<int>("--seed") { Description = "The seed of the first; the others follow.", DefaultValueFactory = _ => 1 };
        var changes = new Option<int>("--changes") { Description = "How many changes each world goes through.", DefaultValueFactory = _ => 3 };
        var packets = new Option<int>("--packets") { Description = "How many packets to look at between two addresses.", DefaultValueFactory = _ => 6 };
        var command = new Command("worlds", "Looks at all properties of the engine in random worlds, and stops at the first failure with a small case. Exit code 1: one does not hold.") { count, seed, changes, packets };
        command.SetAction(parsed => Run(parsed.GetValue(seed), parsed.GetValue(count), parsed.GetValue(changes), parsed.GetValue(packets)));
        return command;
    }

    private static int Run(int first, int count, int changes, int packets)
    {
        var watch = Stopwatch.StartNew();
        var reported = TimeSpan.Zero;
        for (var i = 0; i < count; i++)
        {
            var seed = unchecked(first + i);
            var world = WorldCase.Of(seed, changes);
            if (WorldProperties.Failure(world, packets) is { } failure)
            {
                (world, failure) = CaseReduction.Reduce(world, failure, packets);
                Console.WriteLine($"FAIL seed {seed}, world {i + 1} of {count}, after {watch.Elapsed.TotalSeconds:0} s: {failure}\n{world}");
                return 1;
            }

            if (watch.Elapsed - reported < Patience)
                continue;
            reported = watch.Elapsed;
            Console.Error.WriteLine($"{i + 1} of {count} worlds, {watch.Elapsed.TotalSeconds:0} s");
        }

        Console.WriteLine($"ok   {count} worlds from seed {first}, each with {changes} changes, {watch.Elapsed.TotalSeconds:0} s: all properties hold");
        return 0;
    }
}
