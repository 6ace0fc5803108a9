using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>What the kernel was brought to hold.</summary>
/// <param name="Proof">The proof of it.</param>
/// <param name="Compile">How long compiling took.</param>
/// <param name="Encode">How long writing the messages took.</param>
/// <param name="Kernel">How long the kernel took.</param>
/// <param name="Drift">What others had changed since we last wrote or read it, in words; null for nothing.</param>
/// <param name="Since">How long it held that already when all was proven and put into words.</param>
internal sealed record TableState(KernelProof Proof, TimeSpan Compile, TimeSpan Encode, TimeSpan Kernel, string? Drift, TimeSpan Since);

/// <summary>
/// Brings what is ours in a firewall to a desired content by the least change, from what it is known to hold. The knowledge is good as long
/// as the firewall's mark says that nobody changed anything since; else it is read. Not for two threads at once.
/// </summary>
internal sealed class TableKeeper<TContent>(IFirewall<TContent> firewall) : IBackend
    where TContent : class
{
    private const int Attempts = 8;

    /// <summary>Up to so many elements (a few milliseconds) everything is read back after every update. Above, an update is proven by its
    /// mark alone, and read back by the next comparison.</summary>
    private const int ReadBackUpTo = 20_000;

    private (Enforcement Enforcement, TContent Content)? _established;
    private volatile TContent? _expected;
    private ulong _mark;

    public BackendKind Kind => firewall.Kind;

    public bool DropsCutFlows => firewall.DropsCutFlows;

    public bool HasEstablished => _established is not null;

    public bool IsThere() => firewall.Read().Content is not null;

    public TableState Establish(Enforcement target, bool lookFirst, Action adopt)
    {
        TContent? compiled = null;
        var compile = TimeSpan.Zero;
        var reusable = lookFirst && _established is { } known && known.Enforcement == target ? known.Content : null;
        var state = Establish(
            held =>
            {
                if (reusable is not null)
                    return compiled = reusable;
                var started = Stopwatch.GetTimestamp();
                compiled = firewall.Compile(target, held);
                compile += Stopwatch.GetElapsedTime(started);
                return compiled;
            },
            lookFirst,
            adopt);
        _established = (target, compiled!);
        return state with { Compile = compile };
    }

    public Func<TableState>? TryFollow(Enforcement target)
    {
        if (_established is not { } known || !ReferenceEquals(known.Content, _expected))
            return null;
        FirewallStep<TContent>? step;
        try
        {
            step = firewall.TryFollow(known.Content, known.Enforcement, target, _mark);
        }
        catch (NetlinkException)
        {
            // Somebody changed something, or what we know is wrong: a full look tells, and says what.
            return null;
        }

        if (step is null)
            return null;
        _mark = step.Update.Mark;
        _expected = null;
        return () =>
        {
            var content = _expected = step.Content();
            _established = (target, content);
            return new(firewall.Summarize(content).Proof, step.Plan, step.Update.Encode, step.Update.Kernel, null, TimeSpan.Zero);
        };
    }

    // Of an update in several steps the first may be in the kernel: harmless leftovers, but not what is desired.
    public void PutBack()
    {
        if (_established is { } before)
            Establish(_ => before.Content, lookFirst: true, static () => { });
    }

    public ContentTexts? TextsOf(Digest digest)
    {
        if (_expected is not { } content || firewall.Summarize(content).Proof is not { } proof || proof.Digest != digest)
            return null;
        var text = firewall.ProofText(content);
        return Digest.Of(text) == digest ? new(text, proof.Elements <= ContentTexts.MostElements ? firewall.Text(content) : null) : null;
    }

    public void Remove()
    {
        firewall.Remove();
        _established = null;
        Forget();
    }

    public void Release()
    {
        firewall.Release();
        _established = null;
        Forget();
    }

    public Comparison Compare(Enforcement enforcement)
    {
        var held = firewall.Read();
        if (held.Content is not { } found)
            return new(firewall.Place, false, [$"- {firewall.Place}"], default);
        return new(firewall.Place, true, Lines(firewall.Compile(enforcement, found), found, held.Foreign), firewall.Summarize(found).Proof.Digest);
    }

    public IAsyncEnumerable<Culprit> WatchAsync(CancellationToken cancellation) => firewall.WatchAsync(cancellation);

    public void Dispose() => firewall.Dispose();

    private TableState Establish(Func<TContent?, TContent> desired, bool lookFirst, Action adopt)
    {
        var (encode, inKernel) = (TimeSpan.Zero, TimeSpan.Zero);
        (TContent Before, HeldContent<TContent> Found)? seen = null;
        var look = lookFirst;
        for (var attempt = 1; ; attempt++)
        {
            var (before, wasRead) = (_expected, look || _expected is null || firewall.ReadMark() != _mark);
            var held = wasRead ? firewall.Read() : new(_mark, before, []);
            if (wasRead && before is not null)
                seen ??= (before, held);
            _mark = held.Mark;
            var wanted = desired(held.Content);
            // What others deleted is missed from that moment on; a connection that began since can wait.
            var isBack = held.Content is null && before is not null;
            if (held.Content is null && !isBack)
                adopt();
            try
            {
                var update = firewall.Update(held, wanted);
                (_mark, encode, inKernel) = (update.Mark, encode + update.Encode, inKernel + update.Kernel);
            }
            catch (NetlinkException e) when (e.Errno == Errno.ERESTART && attempt < Attempts)
            {
                // Somebody committed in between; what was known may be wrong now.
                look = true;
                continue;
            }
            catch
            {
                Forget();
                throw;
            }

            // What follows proves and explains: the kernel decides rightly from here on.
            var committed = Stopwatch.GetTimestamp();
            _expected = wanted;
            if (isBack)
                adopt();
            var summary = firewall.Summarize(wanted);
            if ((summary.Proof.Elements <= ReadBackUpTo || lookFirst) && !IsProven(summary, wasRead && _mark == held.Mark ? held : null))
            {
                if (attempt == Attempts)
                    throw new NetlinkException($"read back {firewall.Place}", Errno.EAGAIN, $"it differed from what was written after each of {Attempts} attempts");
                look = true;
                continue;
            }

            // What was read is what was known: nobody changed anything.
            if (attempt == 1 && _mark == held.Mark && ReferenceEquals(before, wanted))
                seen = null;
            var drift = seen is { } found ? Difference(found.Before, found.Found) : null;
            return new(summary.Proof, TimeSpan.Zero, encode, inKernel, drift, Stopwatch.GetElapsedTime(committed));
        }
    }

    /// <param name="wanted">What there must be.</param>
    /// <param name="read">What was read, if nothing had to be changed since.</param>
    private bool IsProven(ContentSummary wanted, HeldContent<TContent>? read)
    {
        var held = read ?? firewall.Read();
        _mark = held.Mark;
        return held is { Content: { } found, Foreign.IsEmpty: true } && IsSame(firewall.Summarize(found), wanted);
    }

    private string? Difference(TContent expected, HeldContent<TContent> held)
    {
        if (held.Content is not { } found)
            return $"{firewall.Place} was deleted";
        if (held.Foreign.IsEmpty && IsSame(firewall.Summarize(found), firewall.Summarize(expected)))
            return null;
        var lines = Lines(expected, found, held.Foreign);
        return lines.Count == 0 ? null : TableDifference.InWords(lines);
    }

    private List<string> Lines(TContent wanted, TContent found, EquatableArray<string> foreign) =>
        [.. foreign.Select(words => "+ " + words), .. TableDifference.Lines(firewall.Text(wanted), firewall.Text(found))];

    private void Forget()
    {
        _expected = null;
        _mark = 0;
    }

    private static bool IsSame(ContentSummary a, ContentSummary b) => a.Proof.Digest == b.Proof.Digest && a.Stamp == b.Stamp;
}
