using System.Runtime.InteropServices;
using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter;

/// <summary>struct ipt_getinfo, 84 bytes: where the built-in chains begin and end, and how much there is.</summary>
/// <param name="ValidHooks">A bit for each hook that the table has.</param>
/// <param name="HookEntry">For each hook the byte that its chain begins at.</param>
/// <param name="Underflow">For each hook the byte that its policy is at.</param>
/// <param name="Entries">How many entries.</param>
/// <param name="Size">How many bytes.</param>
internal sealed record TableInfo(uint ValidHooks, EquatableArray<uint> HookEntry, EquatableArray<uint> Underflow, int Entries, int Size)
{
    internal const int Length = 84;

    internal static TableInfo Read(ReadOnlySpan<byte> info)
    {
        var words = MemoryMarshal.Cast<byte, uint>(info[EntryLayout.NameLength..Length]);
        return new(words[0], [.. words[1..6]], [.. words[6..11]], (int)Math.Min(words[11], int.MaxValue), (int)Math.Min(words[12], int.MaxValue));
    }

    /// <summary>The hook whose chain begins there; null for none.</summary>
    internal int? HookAt(int offset)
    {
        for (var hook = 0; hook < EntryLayout.HookCount; hook++)
        {
            if ((ValidHooks & (1u << hook)) != 0 && HookEntry[hook] == offset)
                return hook;
        }

        return null;
    }
}
