using System.Runtime.InteropServices;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>Our rules as table entries, and back.</summary>
internal static class RuleEntryCodec
{
    private const string Log = "NFLOG";
    private const int LogLength = 80, LogPrefix = 12;
    private const ushort LogCopyLength = 1;

    // IPT_INV_VIA_IN, IPT_INV_VIA_OUT; of IPv6 the same.
    private const byte NotInputInterface = 1, NotOutputInterface = 2;

    internal const string LogTargetName = Log;

    /// <summary>A rule as an entry.</summary>
    internal static TableEntry Write(FilterRule rule, EntryLayout layout, Func<string, ushort> setNumber, byte setRevision = 4)
    {
        var matches = rule.Matches.Select(match => MatchCodec.Write(match, layout.Family, setNumber, setRevision)).ToList();
        if (rule.Comment is { } comment)
            matches.Add(MatchCodec.WriteComment(comment));
        var (target, lead) = WriteTarget(rule.Target);
        var targetOffset = layout.Length + matches.Sum(match => match.Length);
        var bytes = new byte[targetOffset + target.Length];
        WriteHeader(bytes, rule.Header, layout);
        if (rule.Target is GotoTarget)
            bytes[layout.Flags] |= layout.GotoFlag;
        var at = layout.Length;
        foreach (var match in matches.Append(target))
        {
            match.CopyTo(bytes, at);
            at += match.Length;
        }

        TableEntry.Close(bytes, layout, targetOffset);
        return new(bytes, lead);
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="setName">The name of a set by the kernel's number; null for none.</param>
    /// <param name="strange">What we do not write, in words; null for a rule of ours.</param>
    /// <returns>The rule; null for one that has something strange.</returns>
    internal static FilterRule? Read(TableEntry entry, EntryLayout layout, Func<ushort, string?> setName, out string? strange)
    {
        var bytes = entry.Bytes.Span;
        var targetOffset = TableEntry.TargetOffset(bytes, layout);
        var matches = new List<FilterMatch>();
        string? comment = null;
        for (var at = layout.Length; at < targetOffset;)
        {
            var length = targetOffset - at >= EntryLayout.MatchHeader ? MemoryMarshal.Read<ushort>(bytes[at..]) : 0;
            if (length < EntryLayout.MatchHeader || length > targetOffset - at)
            {
                strange = "a match that is cut short";
                return null;
            }

            var (match, text) = MatchCodec.Read(bytes.Slice(at, length), setName);
            if (match is null && text is null)
            {
                strange = $"a match {MatchCodec.Name(bytes.Slice(at, length))}";
                return null;
            }

            if (match is not null)
                matches.Add(match);
            comment = text ?? comment;
            at += length;
        }

        var isGoto = (bytes[layout.Flags] & layout.GotoFlag) != 0;
        var (header, target) = (ReadHeader(bytes, layout), ReadTarget(bytes[targetOffset..], entry.Lead, isGoto));
        strange = header is null ? "conditions on the header" : target is null ? $"a target {TableEntry.TargetName(bytes, layout)}" : null;
        return header is null || target is null ? null : new(header, matches.ToEquatableArray(), target, comment);
    }

    /// <summary>Packets and bytes that the entry has counted.</summary>
    internal static CounterReading Counter(TableEntry entry, EntryLayout layout) => Replacement.ReadCounter(entry.Bytes.Span[layout.Counters..]);

    /// <summary>Whether the entry has no condition on the header, and comes back from where it leads.</summary>
    internal static bool IsUnconditionalJump(TableEntry entry, EntryLayout layout) =>
        ReadHeader(entry.Bytes.Span, layout) == FilterHeader.Any && (entry.Bytes.Span[layout.Flags] & layout.GotoFlag) == 0;

    private static (byte[] Bytes, EntryLead Lead) WriteTarget(FilterTarget target)
    {
        var standard = new byte[EntryLayout.StandardTarget];
        switch (target)
        {
            case VerdictTarget { Verdict: FilterVerdict.Next }:
                TableEntry.WriteStandardTarget(standard, 0);
                return (standard, EntryLead.Next);
            case VerdictTarget verdict:
                TableEntry.WriteStandardTarget(standard, (int)verdict.Verdict);
                return (standard, EntryLead.None);
            case GotoTarget go:
                TableEntry.WriteStandardTarget(standard, 0);
                return (standard, EntryLead.To(go.Chain));
            case JumpTarget jump:
                TableEntry.WriteStandardTarget(standard, 0);
                return (standard, EntryLead.To(jump.Chain));
            case LogTarget log:
                var bytes = new byte[EntryLayout.TargetHeader + LogLength];
                MemoryMarshal.Write(bytes, (ushort)bytes.Length);
                Encoding.ASCII.GetBytes(Log, bytes.AsSpan(2));
                var data = bytes.AsSpan(EntryLayout.TargetHeader);
                MemoryMarshal.Write(data, log.SnapLength);
                MemoryMarshal.Write(data[4..], log.Group);
                MemoryMarshal.Write(data[6..], log.QueueThreshold);
                MemoryMarshal.Write(data[8..], LogCopyLength);
                Encoding.ASCII.GetBytes(log.Prefix, data.Slice(LogPrefix, LogTarget.LongestPrefix));
                return (bytes, EntryLead.None);
            default:
                throw new ArgumentOutOfRangeException(nameof(target), target, "no such target");
        }
    }

    private static FilterTarget? ReadTarget(ReadOnlySpan<byte> target, EntryLead lead, bool isGoto)
    {
        var name = TableEntry.Text(target.Slice(2, EntryLayout.ExtensionNameLength));
        if (name == Log && target.Length == EntryLayout.TargetHeader + LogLength && target[EntryLayout.TargetHeader - 1] == 0)
        {
            var data = target[EntryLayout.TargetHeader..];
            return MemoryMarshal.Read<ushort>(data[8..]) == LogCopyLength
                ? new LogTarget(MemoryMarshal.Read<ushort>(data[4..]), TableEntry.Text(data[LogPrefix..]), MemoryMarshal.Read<uint>(data), MemoryMarshal.Read<ushort>(data[6..]))
                : null;
        }

        if (name.Length > 0)
            return null;
        return (lead.Kind, MemoryMarshal.Read<int>(target[EntryLayout.TargetHeader..])) switch
        {
            (EntryLeadKind.Next, _) => VerdictTarget.Next,
            (EntryLeadKind.Chain, _) => isGoto ? new GotoTarget(lead.Chain!) : new JumpTarget(lead.Chain!),
            (_, (int)FilterVerdict.Drop) => VerdictTarget.Drop,
            (_, (int)FilterVerdict.Return) => VerdictTarget.Return,
            (_, (int)FilterVerdict.Accept) => new VerdictTarget(FilterVerdict.Accept),
            _ => null,
        };
    }

    private static void WriteHeader(Span<byte> entry, FilterHeader header, EntryLayout layout)
    {
        WriteBlock(entry, layout, header.Source, layout.Source, layout.SourceMask);
        WriteBlock(entry, layout, header.Destination, layout.Destination, layout.DestinationMask);
        WriteInterface(entry[layout.InputInterface..], header.InputInterface.Name);
        WriteInterface(entry[(layout.InputInterface + EntryLayout.InterfaceNameLength)..], header.OutputInterface.Name);
        if (header.InputInterface.Negated)
            entry[layout.InvertFlags] |= NotInputInterface;
        if (header.OutputInterface.Negated)
            entry[layout.InvertFlags] |= NotOutputInterface;
        if (header.Protocol is not { } protocol)
            return;
        MemoryMarshal.Write(entry[layout.Protocol..], (ushort)protocol.Number);
        entry[layout.Flags] |= layout.ProtocolFlag;
    }

    private static FilterHeader? ReadHeader(ReadOnlySpan<byte> entry, EntryLayout layout)
    {
        var protocol = MemoryMarshal.Read<ushort>(entry[layout.Protocol..]);
        var flags = entry[layout.Flags] & ~layout.GotoFlag;
        var inverted = entry[layout.InvertFlags];
        if ((inverted & ~(NotInputInterface | NotOutputInterface)) != 0 || protocol > byte.MaxValue || flags != (protocol > 0 ? layout.ProtocolFlag : 0)
            || !TryReadBlock(entry, layout, layout.Source, layout.SourceMask, out var source)
            || !TryReadBlock(entry, layout, layout.Destination, layout.DestinationMask, out var destination)
            || ReadInterface(entry[layout.InputInterface..]) is not { } input
            || ReadInterface(entry[(layout.InputInterface + EntryLayout.InterfaceNameLength)..]) is not { } output
            || (input.Length == 0 && (inverted & NotInputInterface) != 0)
            || (output.Length == 0 && (inverted & NotOutputInterface) != 0))
            return null;
        return new()
        {
            Protocol = protocol > 0 ? new IpProtocol((byte)protocol) : null,
            Source = source,
            Destination = destination,
            InputInterface = new(input, (inverted & NotInputInterface) != 0),
            OutputInterface = new(output, (inverted & NotOutputInterface) != 0),
        };
    }

    private static void WriteBlock(Span<byte> entry, EntryLayout layout, Cidr? block, int address, int mask)
    {
        if (block is not { } found)
            return;
        found.Network.WriteTo(entry.Slice(address, layout.AddressLength));
        Mask(layout.Family, found.Length).WriteTo(entry.Slice(mask, layout.AddressLength));
    }

    private static bool TryReadBlock(ReadOnlySpan<byte> entry, EntryLayout layout, int address, int mask, out Cidr? block)
    {
        var network = IpAddress.FromBytes(entry.Slice(address, layout.AddressLength));
        var bits = IpAddress.FromBytes(entry.Slice(mask, layout.AddressLength));
        var length = (int)UInt128.PopCount(bits.Bits);
        block = length == 0 ? null : new Cidr(network, length);
        return bits == Mask(layout.Family, length) && (length > 0 || network.Bits == 0);
    }

    private static IpAddress Mask(IpFamily family, int length)
    {
        var all = UInt128.MaxValue >> (128 - (family == IpFamily.V4 ? 32 : 128));
        return new Cidr(new IpAddress(family, all), length).Network;
    }

    // The mask covers the name with its NUL, so that lo does not match lo1.
    private static void WriteInterface(Span<byte> name, string text)
    {
        if (text.Length == 0)
            return;
        Encoding.ASCII.GetBytes(text, name[..(EntryLayout.InterfaceNameLength - 1)]);
        name.Slice(2 * EntryLayout.InterfaceNameLength, text.Length + 1).Fill(byte.MaxValue);
    }

    private static string? ReadInterface(ReadOnlySpan<byte> name)
    {
        var text = TableEntry.Text(name[..EntryLayout.InterfaceNameLength]);
        var mask = name.Slice(2 * EntryLayout.InterfaceNameLength, EntryLayout.InterfaceNameLength);
        var covered = text.Length == 0 ? 0 : Math.Min(text.Length + 1, EntryLayout.InterfaceNameLength);
        return mask[..covered].IndexOfAnyExcept(byte.MaxValue) < 0 && mask[covered..].IndexOfAnyExcept((byte)0) < 0 ? text : null;
    }
}
