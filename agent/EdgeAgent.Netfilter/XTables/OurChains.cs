using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>Tells our chains and our jumps from those of others in a table, takes them out, and puts others in.</summary>
internal static class OurChains
{
    /// <summary>Our chains as the model has them; sets go by their names in the kernel.</summary>
    /// <param name="image">The table.</param>
    /// <param name="setName">The name of a set by the kernel's number; null for none.</param>
    /// <param name="foreign">Receives, in words, what others put into our chains, or jumps into them from elsewhere.</param>
    internal static FilterTable Read(TableImage image, Func<ushort, string?> setName, List<string> foreign)
    {
        var chains = FilterTable.Empty.Chains.ToBuilder();
        foreach (var chain in image.Chains.Where(IsOurs))
        {
            var rules = new List<FilterRule>();
            foreach (var entry in chain.Rules)
            {
                if (RuleEntryCodec.Read(entry, image.Layout, setName, out var strange) is { } rule)
                    rules.Add(rule);
                else
                    foreign.Add($"a rule of {image.Layout.Family} chain {chain.Name} with {strange}");
            }

            chains.Add(chain.Name, new(chain.Name, rules.ToEquatableArray()));
        }

        var hooks = image.Chains.Where(chain => HookOf(chain) is { } hook && chain.Entries.Count > 1 && IsOurJump(image.Layout, chain.Entries[0], hook)).Select(chain => HookOf(chain)!.Value);
        foreach (var chain in image.Chains.Where(chain => HookOf(chain) is { } hook && chain.Rules.Skip(1).Any(entry => IsOurJump(image.Layout, entry, hook))))
            foreign.Add($"a jump to {FilterTable.ChainOf(HookOf(chain)!.Value)} behind other rules of {image.Layout.Family} chain {chain.Name}");
        return new() { Hooks = hooks.Order().ToEquatableArray(), Chains = chains.ToImmutable() };
    }

    /// <summary>The same table with other chains of ours in the place of those that it has; with none, nothing of ours is left.</summary>
    internal static TableImage Replace(TableImage image, FilterTable table, Func<string, ushort> setNumber, byte setRevision = 4)
    {
        var others = image.Chains.Where(chain => !IsOurs(chain)).Select(chain =>
        {
            if (HookOf(chain) is not { } hook)
                return chain;
            var kept = chain.Entries.Where(entry => !IsOurJump(image.Layout, entry, hook));
            return chain with { Entries = table.Hooks.Contains(hook) ? [TableEntry.Unconditional(image.Layout, 0, EntryLead.To(FilterTable.ChainOf(hook))), .. kept] : [.. kept] };
        });
        var ours = table.Chains.Values.Select(chain => new ImageChain(
            chain.Name,
            null,
            TableEntry.Head(image.Layout, chain.Name),
            [.. chain.Rules.Select(rule => RuleEntryCodec.Write(rule, image.Layout, setNumber, setRevision)), TableEntry.Unconditional(image.Layout, (int)FilterVerdict.Return, EntryLead.None)]));
        return image with { Chains = [.. others, .. ours] };
    }

    /// <summary>
    /// What each entry of a new table has counted: others' go on from where they were, and of ours the first rule of each counter goes on
    /// from the sum of that counter's rules.
    /// </summary>
    internal static IReadOnlyList<CounterReading> Carry(TableImage old, IReadOnlyList<TableEntry> entries, IReadOnlyList<CounterReading> before)
    {
        var sums = Counters(old, entry => before[entry.Index]);
        var counters = new CounterReading[entries.Count];
        for (var i = 0; i < counters.Length; i++)
        {
            if (entries[i].Index >= 0)
                counters[i] = before[entries[i].Index];
            else if (CounterOf(entries[i], old.Layout) is { } name && sums.Remove(name, out var sum))
                counters[i] = sum;
        }

        return counters;
    }

    /// <summary>What our rules have counted, by counter.</summary>
    internal static Dictionary<string, CounterReading> Counters(TableImage image, Func<TableEntry, CounterReading> counted)
    {
        var sums = new Dictionary<string, CounterReading>(StringComparer.Ordinal);
        foreach (var entry in image.Chains.Where(IsOurs).SelectMany(chain => chain.Rules))
        {
            if (CounterOf(entry, image.Layout) is not { } name)
                continue;
            var (sum, one) = (sums.GetValueOrDefault(name), counted(entry));
            sums[name] = new(sum.Packets + one.Packets, sum.Bytes + one.Bytes);
        }

        return sums;
    }

    /// <summary>Whether forwarded traffic comes to our chains.</summary>
    internal static bool AreAtForward(TableImage image) => image.Chains.Any(chain => HookOf(chain) == Hook.Forward && chain.Rules.Any(entry => IsOurJump(image.Layout, entry, Hook.Forward)));

    /// <summary>The built-in chains from which a drop can be reached that is not ours.</summary>
    /// <param name="image">The table.</param>
    /// <param name="forward">Whether forwarded traffic is any business of ours.</param>
    internal static IEnumerable<string> Shadows(TableImage image, bool forward)
    {
        var byName = image.Chains.ToImmutableDictionary(chain => chain.Name, StringComparer.Ordinal);
        foreach (var chain in image.Chains.Where(chain => HookOf(chain) is { } hook && (hook != Hook.Forward || forward)))
        {
            var drops = VerdictOf(chain.Entries[^1], image.Layout) == (int)FilterVerdict.Drop;
            if (drops || ReachesDrop(chain, byName, image.Layout))
                yield return $"{(image.Layout.Family == IpFamily.V4 ? "iptables" : "ip6tables")} filter {chain.Name}{(drops ? " (policy drop)" : "")}";
        }
    }

    private static bool ReachesDrop(ImageChain start, ImmutableDictionary<string, ImageChain> byName, EntryLayout layout)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { start.Name };
        var next = new Stack<ImageChain>([start]);
        while (next.TryPop(out var chain))
        {
            foreach (var entry in chain.Rules)
            {
                if (TableEntry.TargetName(entry.Bytes.Span, layout) is "REJECT" or "TARPIT" or "NFQUEUE" || VerdictOf(entry, layout) == (int)FilterVerdict.Drop)
                    return true;
                if (entry.Lead.Chain is { } target && byName[target] is var found && !IsOurs(found) && seen.Add(target))
                    next.Push(found);
            }
        }

        return false;
    }

    private static int? VerdictOf(TableEntry entry, EntryLayout layout)
    {
        var bytes = entry.Bytes.Span;
        return TableEntry.TargetName(bytes, layout).Length == 0 && entry.Lead.Kind == EntryLeadKind.None
            ? BinaryPrimitives.ReadInt32LittleEndian(bytes[(TableEntry.TargetOffset(bytes, layout) + EntryLayout.TargetHeader)..])
            : null;
    }

    private static string? CounterOf(TableEntry entry, EntryLayout layout) => RuleEntryCodec.Read(entry, layout, static _ => "", out _)?.Counter;

    private static bool IsOurs(ImageChain chain) => chain.HookNumber is null && chain.Name.StartsWith(XTablesRuleset.Prefix, StringComparison.Ordinal);

    private static Hook? HookOf(ImageChain chain) => chain.HookNumber is { } number && Enum.IsDefined((Hook)number) ? (Hook)number : null;

    /// <summary>A jump to our chain of the hook, on no condition.</summary>
    private static bool IsOurJump(EntryLayout layout, TableEntry entry, Hook hook) =>
        entry.Lead.Chain == FilterTable.ChainOf(hook)
        && TableEntry.TargetOffset(entry.Bytes.Span, layout) == layout.Length
        && RuleEntryCodec.IsUnconditionalJump(entry, layout);
}
