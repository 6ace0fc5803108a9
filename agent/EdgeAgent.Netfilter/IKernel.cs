using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// The kernel's side of our one table in one network namespace. Every error is a <see cref="NetlinkException"/>.
/// Not for two threads at once.
/// </summary>
public interface IKernel : IDisposable
{
    /// <summary>The port of the socket that commits; the monitor tells our changes from others' by it.</summary>
    uint PortId { get; }

    /// <summary>Reads the whole table, consistent: no change by anybody came between its parts. Costs time in proportion to its elements.</summary>
    KernelTable Read();

    /// <summary>The generation now; a few microseconds.</summary>
    uint ReadGeneration();

    /// <summary>Applies all operations at once, or none of them.</summary>
    /// <param name="transaction">The operations.</param>
    /// <param name="expectedGeneration">If given, nothing is applied unless the kernel's generation is still this one.</param>
    /// <exception cref="NetlinkException">
    /// Nothing was applied. ERESTART: the generation was another. Else the message names the operation at fault, and for elements the key.
    /// </exception>
    CommitResult Commit(Transaction transaction, uint? expectedGeneration = null);

    /// <summary>
    /// Waits until no packet is on its way any more that came to rules before the last commit; some milliseconds. The kernel keeps two
    /// generations of rules apart: a packet that two commits overtake goes on with those of the second.
    /// </summary>
    void Settle();

    /// <summary>The values of all counters of the table, by name; empty if there is no table.</summary>
    IReadOnlyDictionary<string, CounterReading> ReadCounters();

    /// <summary>
    /// The base chains of other nf_tables tables that can drop what ours accepts: an accept ends one chain only, a drop ends all. Costs time
    /// in proportion to all rules of the namespace. For legacy iptables see <see cref="LegacyTables"/>.
    /// </summary>
    /// <param name="forward">Whether something of ours outside of nf_tables looks at forwarded traffic, so that it can be overruled.</param>
    Shadows ReadShadows(bool forward);

    /// <summary>Removes the table with all in it; it may be gone already.</summary>
    void DeleteTable();
}
