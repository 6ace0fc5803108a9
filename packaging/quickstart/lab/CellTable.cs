using System.Globalization;
using System.Text;

namespace EdgeAgent.Lab;

/// <summary>Cells as a source x destination table.</summary>
public static class CellTable
{
    /// <summary>Writes the table, then every wrong cell in words.</summary>
    public static void Write(TextWriter output, IReadOnlyList<Cell> cells, bool colours)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(cells);
        var sources = cells.Select(cell => cell.Source).Distinct().ToList();
        var columns = cells.Select(cell => (cell.Destination, cell.Port)).Distinct().ToList();
        var byPlace = cells.ToDictionary(cell => (cell.Source, cell.Destination, cell.Port));
        var headings = columns.Select(column => Heading(column.Destination, column.Port)).ToList();
        var margin = sources.Max(source => source.ShortName.Length);
        output.WriteLine($"  {new string(' ', margin)}  {string.Join(' ', headings)}");
        foreach (var source in sources)
        {
            var line = new StringBuilder("  ").Append(source.ShortName.PadRight(margin)).Append("  ");
            for (var i = 0; i < columns.Count; i++)
                line.Append(Text(byPlace.GetValueOrDefault((source, columns[i].Destination, columns[i].Port)), headings[i].Length, colours)).Append(' ');
            output.WriteLine(line.ToString().TrimEnd());
        }

        foreach (var cell in cells.Where(cell => !cell.IsRight))
            output.WriteLine($"  WRONG: {cell}");
    }

    /// <summary>How many cells are how.</summary>
    public static string Summary(IReadOnlyList<Cell> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{cells.Count(cell => cell.IsRight)} of {cells.Count} connections as edgectl connectivity says offline: {cells.Count(cell => cell.Outcome == Outcome.Reached)} reached, {cells.Count(cell => cell.Outcome == Outcome.Silence)} met silence");
    }

    private static string Heading(LabNode node, ushort port) => node.Ports[0] == port ? node.ShortName : $"{node.ShortName}:{port}";

    private static string Text(Cell? cell, int width, bool colours)
    {
        var (word, colour) = cell switch
        {
            null => ("", ""),
            { IsRight: false, Outcome: Outcome.Reached } => ("OPEN!", "1;31"),
            { IsRight: false, Outcome: Outcome.Silence } => ("SHUT!", "1;31"),
            { IsRight: false } => ("FAULT!", "1;31"),
            { Outcome: Outcome.Reached } => ("yes", "32"),
            _ => ("-", "2"),
        };
        var padded = word.PadRight(width);
        return colours && colour.Length > 0 ? $"\e[{colour}m{padded}\e[0m" : padded;
    }
}
