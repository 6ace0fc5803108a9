using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Benchmarks;

/// <summary>What loading costs in memory.</summary>
internal static class MemoryClaims
{
    /// <summary>Bytes of the collected heap for each element more in a batch, once the encoder has run.</summary>
    public static IEnumerable<Claim> Encode()
    {
        const int Few = 101_000, Many = 201_000;
        var each = (Allocated(Many) - Allocated(Few)) / (double)(Many - Few);
        yield return new("allocation.encode", each, "B", 0, $"GC.GetAllocatedBytesForCurrentThread, for each element of {Many} over {Few}, encoded again with a used encoder");
    }

    /// <summary>The most memory that a process of its own ever had resident (VmHWM), the runtime's own share included.</summary>
    public static IEnumerable<Claim> Peaks()
    {
        var nothing = Probe.PeakMebibytes("nothing");
        yield return new("allocation.peak.million-elements", Probe.PeakMebibytes("million"), "MiB", 100, $"VmHWM of a process that makes and loads a map of 1,000,000 elements; one that does nothing has {nothing:0} MiB");
        yield return new("allocation.peak.calico", Probe.PeakMebibytes("calico"), "MiB", 64, $"VmHWM of a process that makes, loads, changes and verifies {CalicoScale.All[^1]}; one that does nothing has {nothing:0} MiB");
    }

    private static long Allocated(int elements)
    {
        var transaction = new Transaction([.. RulesetDiffer.Plan(null, MillionElements.Of(elements)).Transactions.Items.SelectMany(each => each.Operations)]);
        var number = 0u;
        using var encoder = new BatchEncoder(() => ++number);
        EncodedBatch.Write(encoder, transaction);
        EncodedBatch.Write(encoder, transaction);
        var before = GC.GetAllocatedBytesForCurrentThread();
        EncodedBatch.Write(encoder, transaction);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
