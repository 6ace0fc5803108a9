using System.Text;

namespace EdgeAgent.Cli.Output;

/// <summary>Columns of text, two blanks apart, each as wide as its widest cell.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<Cell[]> _rows = [[.. headings.Select(heading => new Cell(heading))]];

    /// <summary>A cell, and how it is painted when it is written.</summary>
    public readonly record struct Cell(string Text, Func<string, string>? Paint = null)
    {
        public static implicit operator Cell(string text) => new(text);
    }

    public void Add(params Cell[] row)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, headings.Length);
        _rows.Add(row);
    }

    public void WriteTo(TextWriter output)
    {
        var widths = Enumerable.Range(0, headings.Length).Select(column => _rows.Max(row => row[column].Text.Length)).ToArray();
        foreach (var row in _rows)
        {
            var line = new StringBuilder();
            var blanks = 0;
            for (var column = 0; column < row.Length; column++)
            {
                var (text, paint) = row[column];
                if (text.Length > 0)
                {
                    line.Append(' ', blanks).Append(paint is null ? text : paint(text));
                    blanks = 0;
                }

                blanks += widths[column] - text.Length + 2;
            }

            output.WriteLine(line);
        }
    }
}
