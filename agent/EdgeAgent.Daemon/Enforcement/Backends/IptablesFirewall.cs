using System.Diagnostics;
using System.Runtime.CompilerServices;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>
/// x_tables and ipset. The kernel tells nobody of changes, so that they are looked for; and it takes each step of an update by itself,
/// so that what others do in between is found by the comparison that follows.
/// </summary>
internal sealed class IptablesFirewall(string? networkNamespace) : IFirewall<XTablesRuleset>
{
    /// <summary>How often the watch looks.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly XTablesKernel _kernel = new(networkNamespace);

    /// <summary>Held while the kernel is changed or looked at, so that the watch never sees half of an update.</summary>
    private readonly Lock _changing = new();

    private XTablesReading? _read;
    private ulong? _known;

    public BackendKind Kind => BackendKind.Iptables;

    public string Place => $"chains {XTablesRuleset.Prefix}* of iptables and ip6tables";

    public bool DropsCutFlows => true;

    public XTablesRuleset Compile(Enforcement enforcement, XTablesRuleset? held) => Desired(enforcement);

    /// <summary>The chains and sets that an enforcement comes to; the kernel is not asked.</summary>
    internal static XTablesRuleset Desired(Enforcement enforcement) =>
        XTablesCompiler.Compile(enforcement.Effective, enforcement.Policy.Digest, CompileOptions.Default with { Failsafes = enforcement.Failsafes });

    public HeldContent<XTablesRuleset> Read()
    {
        lock (_changing)
        {
            _read = _kernel.Read();
            _known = _read.Mark;
            return new(_read.Mark, _read.Held.Content, _read.Foreign);
        }
    }

    public ulong ReadMark()
    {
        lock (_changing)
            return _kernel.ReadMark();
    }

    public FirewallUpdate Update(HeldContent<XTablesRuleset> held, XTablesRuleset desired)
    {
        lock (_changing)
        {
            // What is known without reading goes by other names in the kernel only where it was written since the last reading.
            var reading = _read is { } last && last.Mark == held.Mark ? last : _kernel.Read();
            if (reading.Mark != held.Mark)
                throw new NetlinkException("update our chains and sets", Errno.ERESTART, "somebody changed them in between");
            var started = Stopwatch.GetTimestamp();
            var operations = XTablesDiffer.Plan(reading.Held, desired);
            var planned = Stopwatch.GetTimestamp();
            if (operations.Count == 0)
                return new(held.Mark, TimeSpan.Zero, TimeSpan.Zero);
            (_read, _known) = (null, null);
            foreach (var operation in operations)
                _kernel.Apply(operation);
            var done = Stopwatch.GetElapsedTime(planned);
            var mark = _kernel.ReadMark();
            (_read, _known) = (new(mark, XTablesDiffer.After(reading.Held, desired, operations), []), mark);
            return new(mark, Stopwatch.GetElapsedTime(started, planned), done);
        }
    }

    public void Remove()
    {
        lock (_changing)
        {
            (_read, _known) = (null, null);
            foreach (var operation in XTablesDiffer.Removal(_kernel.Read().Held))
                _kernel.Apply(operation);
        }
    }

    public ContentSummary Summarize(XTablesRuleset content) => new(
        new(
            XTablesText.DigestOf(content),
            content.V4.Chains.Values.Concat(content.V6.Chains.Values).Sum(chain => chain.Rules.Count),
            content.Sets.Count,
            content.Sets.Values.Sum(set => set.Elements.Count)),
        content.Stamp);

    public string Text(XTablesRuleset content) => XTablesText.Of(content);

    public string ProofText(XTablesRuleset content) => XTablesText.ProofOf(content);

    public async IAsyncEnumerable<Culprit> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            if (HasChanged())
                yield return Culprit.Unknown;
        }
    }

    public void Dispose() => _kernel.Dispose();

    /// <summary>Whether anything is other than we know it; told once, since the reading that follows knows it anew.</summary>
    private bool HasChanged()
    {
        lock (_changing)
        {
            if (_known is not { } known || _kernel.ReadMark() is var mark && mark == known)
                return false;
            _known = null;
            return true;
        }
    }
}
