using System.Diagnostics;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>One run over many random worlds, by several threads; what it finds depends on the seed alone.</summary>
/// <param name="first">The seed of the first world.</param>
/// <param name="count">How many worlds.</param>
/// <param name="changes">How many changes each goes through.</param>
/// <param name="packets">How many packets to look at between two addresses.</param>
internal sealed class WorldsRun(int first, int count, int changes, int packets)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private TimeSpan _reported;
    private int _next;
    private int _done;
    private volatile FailedWorld? _failed;

    /// <summary>Looks at all worlds and says on standard output what came of it. False: a property does not hold.</summary>
    /// <param name="threads">How many worlds at once.</param>
    public bool Go(int threads)
    {
        var others = Enumerable.Range(1, Math.Max(0, threads - 1)).Select(_ => new Thread(Work)).ToList();
        others.ForEach(thread => thread.Start());
        Work();
        others.ForEach(thread => thread.Join());
        if (_failed is (var index, var failure))
        {
            var seed = unchecked(first + index);
            Console.WriteLine($"FAIL seed {seed}, world {index + 1} of {count}, after {_watch.Elapsed.TotalSeconds:0} s: {failure}");
            Console.WriteLine($"again: worlds --seed {seed} --count 1 --changes {changes} --packets {packets}");
            var (world, why) = CaseReduction.Reduce(WorldCase.Of(seed, changes), failure, packets);
            Console.WriteLine($"small: {why}\n{world}");
            return false;
        }

        Console.WriteLine($"ok   {count} worlds from seed {first}, each with {changes} changes, {_watch.Elapsed.TotalSeconds:0} s: all properties hold");
        return true;
    }

    /// <summary>Takes worlds in the order of their seeds, up to the first failure: of several, the first seed is told.</summary>
    private void Work()
    {
        for (var index = Interlocked.Increment(ref _next) - 1; index < count && _failed is null; index = Interlocked.Increment(ref _next) - 1)
        {
            var failure = Failure(unchecked(first + index));
            lock (_lock)
                Note(index, failure);
        }
    }

    private string? Failure(int seed)
    {
        try
        {
            return WorldProperties.Failure(WorldCase.Of(seed, changes), packets);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"the changes could not be made up: {e}";
        }
    }

    private void Note(int index, string? failure)
    {
        _done++;
        if (failure is not null && (_failed is not { } other || index < other.Index))
            _failed = new(index, failure);
        if (_watch.Elapsed - _reported < Patience)
            return;
        _reported = _watch.Elapsed;
        Console.Error.WriteLine($"{_done} of {count} worlds, {_reported.TotalSeconds:0} s, {_done / _reported.TotalSeconds:0} a second");
    }

    private sealed record FailedWorld(int Index, string Failure);
}
