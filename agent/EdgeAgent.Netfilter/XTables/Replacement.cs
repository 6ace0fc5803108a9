using System.Runtime.InteropServices;
using System.Text;

namespace EdgeAgent.Netfilter;

/// <summary>struct ipt_replace and struct xt_counters_info: what a table is replaced with, and the counters that its entries go on from.</summary>
internal static class Replacement
{
    /// <summary>Where the pointer to the room for the old counters is.</summary>
    internal const int CountersPointer = 88;

    private const int Head = 96, CountersHead = 40;

    /// <summary>The value of the option REPLACE.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="info">What the new entries are.</param>
    /// <param name="entries">The new entries.</param>
    /// <param name="oldEntries">How many the table has now.</param>
    internal static byte[] Write(string table, TableInfo info, ReadOnlySpan<byte> entries, int oldEntries)
    {
        var value = new byte[Head + entries.Length];
        Encoding.ASCII.GetBytes(table, value);
        var words = MemoryMarshal.Cast<byte, uint>(value.AsSpan(EntryLayout.NameLength, CountersPointer - EntryLayout.NameLength));
        (words[0], words[1], words[2]) = (info.ValidHooks, (uint)info.Entries, (uint)info.Size);
        info.HookEntry.AsSpan().CopyTo(words[3..]);
        info.Underflow.AsSpan().CopyTo(words[8..]);
        words[13] = (uint)oldEntries;
        entries.CopyTo(value.AsSpan(Head));
        return value;
    }

    /// <summary>The value of the option ADD_COUNTERS: packets and bytes for each entry.</summary>
    internal static byte[] WriteCounters(string table, IReadOnlyList<CounterReading> counters)
    {
        var value = new byte[CountersHead + (counters.Count * EntryLayout.CounterLength)];
        Encoding.ASCII.GetBytes(table, value);
        MemoryMarshal.Write(value.AsSpan(EntryLayout.NameLength), (uint)counters.Count);
        for (var i = 0; i < counters.Count; i++)
        {
            var slot = value.AsSpan(CountersHead + (i * EntryLayout.CounterLength));
            MemoryMarshal.Write(slot, counters[i].Packets);
            MemoryMarshal.Write(slot[8..], counters[i].Bytes);
        }

        return value;
    }

    internal static CounterReading ReadCounter(ReadOnlySpan<byte> counter) => new(MemoryMarshal.Read<ulong>(counter), MemoryMarshal.Read<ulong>(counter[8..]));
}
