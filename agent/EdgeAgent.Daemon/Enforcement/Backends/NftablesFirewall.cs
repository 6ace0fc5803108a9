using System.Diagnostics;
using System.Runtime.CompilerServices;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>Our table as it is desired or was read, and, if it was compiled here, by what it can be changed.</summary>
internal sealed record NftablesContent(Ruleset Ruleset, PolicyProgram? Program = null);

/// <summary>nf_tables: one table of ours; the mark is the kernel's generation.</summary>
internal sealed class NftablesFirewall(string? networkNamespace, TableOwnership ownership) : IFirewall<NftablesContent>
{
    private NetfilterKernel _kernel = ownership.Open(networkNamespace);
    private Owner _owner;

    public BackendKind Kind => BackendKind.Nftables;

    public string Place => $"table inet {Ruleset.Table}";

    public bool DropsCutFlows => true;

    public NftablesContent Compile(Enforcement enforcement, NftablesContent? held)
    {
        var program = PolicyProgram.Compile(enforcement.Effective, enforcement.Policy.Digest, Options(enforcement, held?.Ruleset));
        return new(program.Ruleset, program);
    }

    /// <summary>The table that an enforcement comes to; the kernel is not asked.</summary>
    internal static Ruleset Desired(Enforcement enforcement, Ruleset? held) => RulesetCompiler.Compile(enforcement.Effective, enforcement.Policy.Digest, Options(enforcement, held));

    public HeldContent<NftablesContent> Read()
    {
        var table = _kernel.Read();
        _owner = table.OwnerPort == _kernel.PortId ? Owner.Us : table.OwnerPort != 0 ? Owner.Other : table.Persistent ? Owner.Orphan : Owner.Nobody;
        return new(table.Generation, table.Ruleset is { } found ? new(found) : null, table.Foreign);
    }

    public ulong ReadMark() => _kernel.ReadGeneration();

    public FirewallUpdate Update(HeldContent<NftablesContent> held, NftablesContent desired)
    {
        ThrowIfOthers();
        var result = _kernel.Apply(Plan(held, desired.Ruleset), (uint)held.Mark);
        if (result.Generation != held.Mark)
            _owner = ownership.IsWanted ? Owner.Us : held.Content is null ? Owner.Nobody : _owner;
        return new(result.Generation, result.Encode, result.Kernel);
    }

    public void Remove()
    {
        ThrowIfOthers();
        _kernel.DeleteTable();
        _owner = Owner.Nobody;
    }

    public void Release()
    {
        ownership.Release();
        _kernel.Dispose();
        _kernel = new(networkNamespace);
        _owner = Owner.Nobody;
    }

    public FirewallStep<NftablesContent>? TryFollow(NftablesContent held, Enforcement from, Enforcement to, ulong mark)
    {
        var started = Stopwatch.GetTimestamp();
        if (held.Program is not { } program || from.Failsafes != to.Failsafes || !HostPolicySummary.TryCompareSets(from.Policy.Summary, to.Policy.Summary, out var sets))
            return null;
        sets.AddRange(ChangedNames(from, to));
        if (program.TryChange(sets, new(to.Policy.Revision, to.Policy.Digest)) is not { } change)
            return null;
        var plan = Stopwatch.GetElapsedTime(started);
        var result = _kernel.Commit(change, (uint)mark);
        program.Confirm();
        return new(new(result.Generation, result.Encode, result.Kernel), plan, () => new(program.Ruleset, program));
    }

    public ContentSummary Summarize(NftablesContent content) => new(
        new(
            RulesetDigest.Of(content.Ruleset),
            content.Ruleset.Chains.Values.Sum(chain => chain.Rules.Count),
            content.Ruleset.Sets.Count,
            content.Ruleset.Sets.Values.Sum(set => set.Elements.Count)),
        Stamp.Of(content.Ruleset));

    public string Text(NftablesContent content) => RulesetText.Of(content.Ruleset);

    public string ProofText(NftablesContent content) => RulesetDigest.TextOf(content.Ruleset);

    public async IAsyncEnumerable<Culprit> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var monitor = new RulesetMonitor(_kernel.PortId, networkNamespace);
        await foreach (var change in monitor.WatchAsync(cancellation).ConfigureAwait(false))
        {
            if (change is { Own: false, TouchesTable: true })
                yield return new((int)change.ProcessId, change.ProcessName);
        }
    }

    public void Dispose() => _kernel.Dispose();

    private static IEnumerable<(AddressSet From, AddressSet To)> ChangedNames(Enforcement from, Enforcement to) => from.Names.Equals(to.Names) ? [] :
        from set in to.Policy.Policy.DomainSets.Values
        let addresses = (From: @from.Names.AddressesOf(set), To: to.Names.AddressesOf(set))
        where addresses.From != addresses.To
        select addresses;

    private static CompileOptions Options(Enforcement enforcement, Ruleset? held) => CompileOptions.Default with
    {
        Failsafes = enforcement.Failsafes,
        SizesInUse = held is null ? CompileOptions.Default.SizesInUse : SetSizes.Of(held),
    };

    // The differ knows no words for what others put into the table, and a table that was made without owner cannot get one: only a new
    // table will do. It comes in one transaction with the end of the old one: in two, all would pass in between. New interval sets show
    // a moment later than rules, and close meanwhile.
    private UpdatePlan Plan(HeldContent<NftablesContent> held, Ruleset desired)
    {
        var isOwned = ownership.IsWanted;
        if (held.Content is not null && (!held.Foreign.IsEmpty || (isOwned && _owner == Owner.Nobody)))
            return RulesetDiffer.Replacement(desired, isOwned);
        var plan = RulesetDiffer.Plan(held.Content?.Ruleset, desired, isOwned);
        if (held.Content is null || !isOwned || _owner != Owner.Orphan)
            return plan;
        return new([new Transaction([new CreateTable(Owned: true), .. plan.Transactions.IsEmpty ? [] : plan.Transactions[0].Operations]), .. plan.Transactions.Skip(1)]);
    }

    private void ThrowIfOthers()
    {
        if (_owner == Owner.Other)
            throw new NetlinkException($"change {Place}", Errno.EPERM, "the table belongs to another socket: another agent runs on this host, or the service manager keeps the socket of one; stop that service first");
    }

    /// <summary>To whom the table belongs.</summary>
    private enum Owner
    {
        /// <summary>It never belonged to anybody, or is not there.</summary>
        Nobody,

        /// <summary>It outlived its owner, and can be made one's own.</summary>
        Orphan,

        /// <summary>Our socket.</summary>
        Us,

        /// <summary>Another socket.</summary>
        Other,
    }
}
