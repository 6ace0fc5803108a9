namespace EdgeAgent.Daemon;

/// <summary>Tells two canonical texts of a table apart, line by line.</summary>
public static class TableDifference
{
    /// <summary>Lines that only one of the two has: <c>- </c> is missing from the kernel, <c>+ </c> does not belong there. In the order of the texts.</summary>
    public static IReadOnlyList<string> Lines(string desired, string held)
    {
        // Every line of the canonical text says by itself what it is about, so that no alignment is needed, only counts.
        var (wanted, found) = (desired.Split('\n'), held.Split('\n'));
        return [.. Missing(wanted, found).Select(line => "- " + line), .. Missing(found, wanted).Select(line => "+ " + line)];
    }

    /// <summary>The difference in a few words, for a drift event.</summary>
    /// <param name="lines">What <see cref="Lines"/> gave.</param>
    public static string InWords(IReadOnlyList<string> lines)
    {
        const int shown = 3;
        var head = string.Join("; ", lines.Take(shown).Select(line => Shortened(line)));
        return lines.Count > shown ? $"{head}; {lines.Count - shown} more lines" : head;
    }

    private static List<string> Missing(string[] from, string[] other)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in other)
            counts[line] = counts.GetValueOrDefault(line) + 1;
        var missing = new List<string>();
        foreach (var line in from)
        {
            if (counts.GetValueOrDefault(line) is var left and > 0)
                counts[line] = left - 1;
            else
                missing.Add(line.Trim());
        }

        return missing;
    }

    private static string Shortened(string line) => line.Length <= 120 ? line : line[..117] + "...";
}
