using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

public sealed class KernelUpdatesTests
{
    private static readonly Transaction First = new([new CreateChain("a", null)]), Second = new([new FlushChain("b")]), Third = new([new DeleteChain("c")]);

    [Fact]
    public void Each_transaction_of_a_plan_waits_for_packets_that_came_before_the_one_before_it()
    {
        using var kernel = new RecordingKernel();
        var result = kernel.Apply(new([First, Second, Third]), 7);
        Assert.Equal([First, "settle", Second, "settle", Third], kernel.Done);
        Assert.Equal((7u, 8u, 9u), (kernel.Expected[0], kernel.Expected[1], kernel.Expected[2]));
        Assert.Equal((10u, TimeSpan.FromMilliseconds(3)), (result.Generation, result.Encode));
    }

    [Fact]
    public void A_plan_of_one_transaction_waits_for_nothing()
    {
        using var kernel = new RecordingKernel();
        kernel.Apply(new([First]), 7);
        Assert.Equal([First], kernel.Done);
    }

    [Fact]
    public void A_plan_is_made_anew_where_somebody_came_in_between()
    {
        using var kernel = new RecordingKernel { Restarts = 1 };
        Assert.Equal(3u, kernel.Update(static _ => new([First, Second])));
        Assert.Equal([First, "settle", Second], kernel.Done);
    }

    /// <summary>Takes everything, and remembers in which order.</summary>
    private sealed class RecordingKernel : IKernel
    {
        public List<object> Done { get; } = [];

        public List<uint?> Expected { get; } = [];

        public int Restarts { get; set; }

        public uint PortId => 1;

        public KernelTable Read() => new(1, null, [], 0, false);

        public uint ReadGeneration() => 1;

        public CommitResult Commit(Transaction transaction, uint? expectedGeneration = null)
        {
            if (Restarts-- > 0)
                throw new NetlinkException("commit", Errno.ERESTART);
            Done.Add(transaction);
            Expected.Add(expectedGeneration);
            return new(expectedGeneration!.Value + 1, TimeSpan.FromMilliseconds(1), TimeSpan.Zero);
        }

        public void Settle() => Done.Add("settle");

        public IReadOnlyDictionary<string, CounterReading> ReadCounters() => throw new InvalidOperationException();

        public Shadows ReadShadows(bool forward) => throw new InvalidOperationException();

        public void DeleteTable() => throw new InvalidOperationException();

        public void Dispose()
        {
        }
    }
}
