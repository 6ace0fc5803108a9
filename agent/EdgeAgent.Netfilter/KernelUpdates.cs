using System.Diagnostics;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Changes that depend on what the kernel holds.</summary>
public static class KernelUpdates
{
    /// <summary>
    /// Reads the table, asks what is to be done, and commits exactly if nobody changed anything in between; else it starts again.
    /// </summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="plan">Makes the plan from what was read; an empty plan ends the matter.</param>
    /// <param name="attempts">How often at most, before the ERESTART of the last attempt is thrown.</param>
    /// <returns>The generation after the last transaction.</returns>
    /// <exception cref="NetlinkException">The kernel refused, or it kept changing.</exception>
    public static uint Update(this IKernel kernel, Func<KernelTable, UpdatePlan> plan, int attempts = 8)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        while (true)
        {
            var table = kernel.Read();
            try
            {
                return kernel.Apply(plan(table), table.Generation).Generation;
            }
            catch (NetlinkException e) when (e.Errno == Errno.ERESTART && --attempts > 0)
            {
            }
        }
    }

    /// <summary>Commits the transactions of a plan, each after the packets that came before the one before it.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="plan">The plan; nothing happens if it is empty.</param>
    /// <param name="generation">The generation that it was made for.</param>
    /// <returns>The generation after the last transaction, and what all took; waiting for packets is the kernel's time.</returns>
    /// <exception cref="NetlinkException">As of <see cref="IKernel.Commit"/>; the transactions before the refused one stay applied.</exception>
    public static CommitResult Apply(this IKernel kernel, UpdatePlan plan, uint generation)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(plan);
        var done = new CommitResult(generation, TimeSpan.Zero, TimeSpan.Zero);
        for (var i = 0; i < plan.Transactions.Items.Length; i++)
        {
            var started = Stopwatch.GetTimestamp();
            if (i > 0)
                kernel.Settle();
            var waited = Stopwatch.GetElapsedTime(started);
            var result = kernel.Commit(plan.Transactions[i], done.Generation);
            done = new(result.Generation, done.Encode + result.Encode, done.Kernel + waited + result.Kernel);
        }

        return done;
    }
}
