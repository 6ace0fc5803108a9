using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EdgeAgent.Netfilter;

/// <summary>One entry of a table: a rule, the head of a chain, or a chain's end.</summary>
/// <param name="Bytes">The entry as the kernel has it. Where it leads to another place, that is said by <paramref name="Lead"/> instead.</param>
/// <param name="Lead">Where its target leads.</param>
/// <param name="Index">Its number in the table that it was read from; -1 for a new one.</param>
internal sealed record TableEntry(ReadOnlyMemory<byte> Bytes, EntryLead Lead, int Index = -1)
{
    private const string ErrorName = "ERROR";

    internal static int TargetOffset(ReadOnlySpan<byte> entry, EntryLayout layout) => MemoryMarshal.Read<ushort>(entry[layout.TargetOffset..]);

    internal static string TargetName(ReadOnlySpan<byte> entry, EntryLayout layout) => Text(entry.Slice(TargetOffset(entry, layout) + 2, EntryLayout.ExtensionNameLength));

    /// <summary>The name of the chain that begins here; null for an entry that is no head.</summary>
    internal static string? HeadOf(ReadOnlySpan<byte> entry, EntryLayout layout) => TargetName(entry, layout) == ErrorName
        ? Text(entry.Slice(TargetOffset(entry, layout) + EntryLayout.TargetHeader, EntryLayout.ChainNameLength))
        : null;

    internal static string Text(ReadOnlySpan<byte> padded)
    {
        var end = padded.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? padded : padded[..end]);
    }

    /// <summary>An entry without conditions and with the target ERROR: the head of a chain, or the end of the table.</summary>
    internal static TableEntry Head(EntryLayout layout, string name)
    {
        var bytes = new byte[layout.Length + EntryLayout.ErrorTarget];
        Close(bytes, layout, layout.Length);
        var target = bytes.AsSpan(layout.Length);
        MemoryMarshal.Write(target, (ushort)EntryLayout.ErrorTarget);
        Encoding.UTF8.GetBytes(ErrorName, target[2..]);
        Encoding.UTF8.GetBytes(name, target.Slice(EntryLayout.TargetHeader, EntryLayout.ChainNameLength - 1));
        return new(bytes, EntryLead.None);
    }

    /// <summary>An entry without conditions and with a standard target.</summary>
    internal static TableEntry Unconditional(EntryLayout layout, int verdict, EntryLead lead)
    {
        var bytes = new byte[layout.Length + EntryLayout.StandardTarget];
        Close(bytes, layout, layout.Length);
        WriteStandardTarget(bytes.AsSpan(layout.Length), verdict);
        return new(bytes, lead);
    }

    internal static void WriteStandardTarget(Span<byte> target, int verdict)
    {
        MemoryMarshal.Write(target, (ushort)EntryLayout.StandardTarget);
        BinaryPrimitives.WriteInt32LittleEndian(target[EntryLayout.TargetHeader..], verdict);
    }

    /// <summary>Writes the offsets of an entry whose target begins there.</summary>
    internal static void Close(Span<byte> entry, EntryLayout layout, int targetOffset)
    {
        MemoryMarshal.Write(entry[layout.TargetOffset..], checked((ushort)targetOffset));
        MemoryMarshal.Write(entry[layout.NextOffset..], checked((ushort)entry.Length));
    }
}

/// <summary>Where a standard target leads.</summary>
/// <param name="Kind">What kind of place.</param>
/// <param name="Chain">The chain's name, if it is a chain.</param>
internal readonly record struct EntryLead(EntryLeadKind Kind, string? Chain = null)
{
    internal static EntryLead None { get; } = new(EntryLeadKind.None);

    internal static EntryLead Next { get; } = new(EntryLeadKind.Next);

    internal static EntryLead To(string chain) => new(EntryLeadKind.Chain, chain);
}

/// <summary>What kind of place a target leads to.</summary>
internal enum EntryLeadKind
{
    /// <summary>A verdict, or another target: nowhere.</summary>
    None,

    /// <summary>The next entry.</summary>
    Next,

    /// <summary>The first rule of a chain.</summary>
    Chain,
}
