using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>
/// One way of making the kernel enforce a host policy. It owns what it puts there, and knows what it put there last. Only
/// <see cref="WatchAsync"/> and <see cref="TextsOf"/> may run beside other calls; else not for two threads at once.
/// </summary>
internal interface IBackend : IDisposable
{
    /// <summary>Which one it is.</summary>
    BackendKind Kind { get; }

    /// <summary>Whether its contents drop the flows that bear <see cref="Dataplane.CutMark"/>; else a withdrawn flow is forgotten by the kernel's tracking.</summary>
    bool DropsCutFlows { get; }

    /// <summary>Whether anything was put or found in place since this was opened.</summary>
    bool HasEstablished { get; }

    /// <summary>Whether there is anything of ours in the kernel.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be read.</exception>
    bool IsThere();

    /// <summary>Makes the kernel hold what an enforcement comes to, by the least change, and proves it.</summary>
    /// <param name="target">What is to be enforced.</param>
    /// <param name="lookFirst">Whether to read the kernel even if nothing says that it changed.</param>
    /// <param name="adopt">
    /// Called where nothing of ours is: before anything is put there, or, where others took away what was there, as soon as it is back.
    /// </param>
    /// <exception cref="NetlinkException">The kernel refused; it decides as before.</exception>
    /// <exception cref="Dataplane.UncompilablePolicyException">This host cannot enforce it; nothing was changed.</exception>
    TableState Establish(Enforcement target, bool lookFirst, Action adopt);

    /// <summary>
    /// Makes the kernel hold an enforcement that differs in members of address sets alone from the one that was established last, in
    /// microseconds. Such an update is proven by its mark alone; the next comparison reads back.
    /// </summary>
    /// <param name="target">What is to be enforced.</param>
    /// <returns>What gives the proof, to be called before anything else is asked of the backend; null where nothing was done, since it takes more than that.</returns>
    Func<TableState>? TryFollow(Enforcement target);

    /// <summary>Puts back what was established last, after an attempt at something else failed half-way.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    void PutBack();

    /// <summary>Takes away all that is ours; it may be gone already.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    void Remove();

    /// <summary>Lets others change what is ours from now on; it stays as it is.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be reached.</exception>
    void Release();

    /// <summary>Compares the kernel with what it must hold, and changes nothing.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be read.</exception>
    Comparison Compare(Enforcement enforcement);

    /// <summary>The texts of what the kernel was last made to hold, if its digest is this one; else null.</summary>
    ContentTexts? TextsOf(Contracts.Digest digest);

    /// <summary>Tells, until cancelled, who changed what is ours; at once or after a short while, as the kernel allows.</summary>
    /// <exception cref="NetlinkException">What is listened to broke.</exception>
    IAsyncEnumerable<Culprit> WatchAsync(CancellationToken cancellation);
}

/// <summary>The kernel's side compared with what it must hold.</summary>
/// <param name="Place">What is ours in the kernel, in words: <c>table inet edgeagent</c>.</param>
/// <param name="IsThere">Whether there is anything of ours.</param>
/// <param name="Lines">What differs: <c>- </c> is missing from the kernel, <c>+ </c> does not belong there.</param>
/// <param name="Digest">The digest of what the kernel holds.</param>
internal sealed record Comparison(string Place, bool IsThere, IReadOnlyList<string> Lines, Contracts.Digest Digest);

/// <summary>What the kernel holds, as evidence.</summary>
/// <param name="Proof">The text whose SHA-256 is the kernel digest.</param>
/// <param name="Full">The text with all elements; null where there are more than <see cref="MostElements"/>.</param>
internal sealed record ContentTexts(string Proof, string? Full)
{
    /// <summary>Beyond it the text would take more memory than the agent is to have.</summary>
    public const int MostElements = 200_000;
}
