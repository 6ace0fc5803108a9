using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>A firewall of the kernel, as the keeper of what is ours in it needs it. Not for two threads at once, but for the watch.</summary>
/// <typeparam name="TContent">All that is ours in it, as desired or as read back. Immutable.</typeparam>
internal interface IFirewall<TContent> : IDisposable
    where TContent : class
{
    /// <summary>Which it is.</summary>
    BackendKind Kind { get; }

    /// <summary>What is ours in the kernel, in words.</summary>
    string Place { get; }

    /// <summary>Whether its contents drop the flows that bear <see cref="CutMark"/>; else a withdrawn flow is forgotten by the kernel's tracking.</summary>
    bool DropsCutFlows { get; }

    /// <summary>What an enforcement comes to.</summary>
    /// <param name="enforcement">Policy and failsafes.</param>
    /// <param name="held">What the kernel holds; null for nothing.</param>
    /// <exception cref="UncompilablePolicyException">This host cannot enforce it.</exception>
    TContent Compile(Enforcement enforcement, TContent? held);

    /// <summary>Reads all that is ours, consistent.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be read.</exception>
    HeldContent<TContent> Read();

    /// <summary>A number that changes, soon if not at once, when anybody changes what is ours; cheap.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be read.</exception>
    ulong ReadMark();

    /// <summary>Gets from what the kernel holds to what is desired by the least change that is safe for packets at every moment.</summary>
    /// <param name="held">What it holds; whatever is foreign in it goes.</param>
    /// <param name="desired">What it is to hold.</param>
    /// <exception cref="NetlinkException">The kernel refused. ERESTART: somebody else changed something in between, read again.</exception>
    FirewallUpdate Update(HeldContent<TContent> held, TContent desired);

    /// <summary>
    /// Gets from what the kernel is known to hold to another enforcement where that differs in members of address sets alone, without
    /// compiling or comparing.
    /// </summary>
    /// <param name="held">What the kernel holds, as <see cref="Compile"/> or this made it.</param>
    /// <param name="from">The enforcement that it was made from.</param>
    /// <param name="to">The one to get to.</param>
    /// <param name="mark">The mark of the kernel's state.</param>
    /// <returns>What was done; null where it takes more than that, and nothing was done.</returns>
    /// <exception cref="NetlinkException">The kernel refused; it holds what it held.</exception>
    FirewallStep<TContent>? TryFollow(TContent held, Enforcement from, Enforcement to, ulong mark) => null;

    /// <summary>Takes away all that is ours; it may be gone already.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    void Remove();

    /// <summary>Lets others change what is ours from now on; it stays as it is.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be reached.</exception>
    void Release()
    {
    }

    /// <summary>The numbers that prove and describe a content.</summary>
    ContentSummary Summarize(TContent content);

    /// <summary>The canonical text of a content.</summary>
    string Text(TContent content);

    /// <summary>The text whose SHA-256 is the digest of <see cref="Summarize"/>.</summary>
    string ProofText(TContent content) => Text(content);

    /// <summary>Tells who changed what is ours.</summary>
    /// <exception cref="NetlinkException">What is listened to broke.</exception>
    IAsyncEnumerable<Culprit> WatchAsync(CancellationToken cancellation);
}

/// <summary>What was read of the kernel.</summary>
/// <param name="Mark">The mark of that moment.</param>
/// <param name="Content">What is ours; null for nothing.</param>
/// <param name="Foreign">What others put among it and the content has no words for, each in a few words.</param>
internal sealed record HeldContent<TContent>(ulong Mark, TContent? Content, EquatableArray<string> Foreign)
    where TContent : class;

/// <summary>What an update came to.</summary>
/// <param name="Mark">The mark after it.</param>
/// <param name="Encode">How long writing the messages took.</param>
/// <param name="Kernel">How long the kernel took.</param>
internal readonly record struct FirewallUpdate(ulong Mark, TimeSpan Encode, TimeSpan Kernel);

/// <summary>A small update that the kernel took.</summary>
/// <param name="Update">What it came to.</param>
/// <param name="Plan">How long finding out what to do took.</param>
/// <param name="Content">What the kernel holds now; costs more than the update itself.</param>
internal sealed record FirewallStep<TContent>(FirewallUpdate Update, TimeSpan Plan, Func<TContent> Content)
    where TContent : class;

/// <summary>A content in numbers.</summary>
/// <param name="Proof">The digest, without the stamp, and counts.</param>
/// <param name="Stamp">What it was made from; null where that does not stand in it.</param>
internal sealed record ContentSummary(KernelProof Proof, Stamp? Stamp);

/// <summary>What reports read of a firewall.</summary>
internal interface IFirewallReadings : IDisposable
{
    /// <summary>The values of all our counters, by name; empty if there are none.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be read.</exception>
    IReadOnlyDictionary<string, CounterReading> ReadCounters();

    /// <summary>What of others can drop what we allow, in words.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be read.</exception>
    IReadOnlyList<string> ReadShadows();
}
