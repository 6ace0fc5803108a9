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
                return plan(table).Transactions.Items.Aggregate(table.Generation, (generation, transaction) => kernel.Commit(transaction, generation).Generation);
            }
            catch (NetlinkException e) when (e.Errno == Errno.ERESTART && --attempts > 0)
            {
            }
        }
    }
}
