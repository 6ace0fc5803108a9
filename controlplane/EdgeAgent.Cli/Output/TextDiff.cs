namespace EdgeAgent.Cli.Output;

/// <summary>The difference of two texts by lines, with three unchanged lines around each change.</summary>
internal static class TextDiff
{
    private const int Context = 3;

    // The table of common lines grows with the product of both lengths.
    private const long MostCells = 4_000_000;

    /// <summary>Lines that begin with a blank, a minus or a plus; <c>...</c> where unchanged lines are left out.</summary>
    public static IReadOnlyList<string> Of(string before, string after)
    {
        var lines = Compare(Lines(before), Lines(after));
        var near = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Mark != ' ')
                near.AsSpan(Math.Max(0, i - Context), Math.Min(lines.Count, i + Context + 1) - Math.Max(0, i - Context)).Fill(true);
        }

        var result = new List<string>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (near[i])
                result.Add($"{lines[i].Mark}{lines[i].Text}");
            else if (i == 0 || near[i - 1])
                result.Add("...");
        }

        return result;
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    private static List<(char Mark, string Text)> Compare(string[] before, string[] after)
    {
        var start = 0;
        while (start < before.Length && start < after.Length && before[start] == after[start])
            start++;
        var end = 0;
        while (end < before.Length - start && end < after.Length - start && before[^(end + 1)] == after[^(end + 1)])
            end++;
        var lines = new List<(char, string)>(before.Take(start).Select(line => (' ', line)));
        lines.AddRange(Middle(before[start..^end], after[start..^end]));
        lines.AddRange(before.TakeLast(end).Select(line => (' ', line)));
        return lines;
    }

    private static IEnumerable<(char Mark, string Text)> Middle(string[] before, string[] after)
    {
        if ((long)before.Length * after.Length > MostCells)
            return before.Select(line => ('-', line)).Concat(after.Select(line => ('+', line)));
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var lines = new List<(char, string)>();
        var (b, a) = (0, 0);
        while (b < before.Length || a < after.Length)
        {
            if (b < before.Length && a < after.Length && before[b] == after[a])
                (b, a) = Add(' ', before[b], b + 1, a + 1);
            else if (a == after.Length || (b < before.Length && common[b + 1, a] >= common[b, a + 1]))
                (b, a) = Add('-', before[b], b + 1, a);
            else
                (b, a) = Add('+', after[a], b, a + 1);
        }

        return lines;

        (int, int) Add(char mark, string line, int nextBefore, int nextAfter)
        {
            lines.Add((mark, line));
            return (nextBefore, nextAfter);
        }
    }
}
