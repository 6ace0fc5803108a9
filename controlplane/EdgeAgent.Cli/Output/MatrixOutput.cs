using System.Globalization;
using System.Text.Json;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output;

/// <summary>A matrix of verdicts as people and programs read it.</summary>
internal static class MatrixOutput
{
    /// <summary>Small ones are drawn, a table for each set of traffic; of large ones the cells that allow something are listed.</summary>
    public static void WriteText(Terminal terminal, Matrix matrix)
    {
        if (!matrix.IsSmall)
        {
            WriteList(terminal, matrix);
            return;
        }

        terminal.Output.WriteLine("+ allowed   . denied   4, 6 allowed for that family alone   - nothing to enforce; rows are sources, columns destinations");
        foreach (var atom in matrix.Atoms)
        {
            terminal.Output.WriteLine();
            terminal.Output.WriteLine(atom.ToString());
            WriteTable(terminal, matrix, atom);
        }
    }

    public static void WriteJson(Terminal terminal, Matrix matrix) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("ends");
        foreach (var end in matrix.Ends)
            WriteEnd(json, end);
        json.WriteEndArray();
        json.WriteStartArray("atoms");
        foreach (var atom in matrix.Atoms)
        {
            json.WriteStartObject();
            FlowOutput.WriteTraffic(json, atom.ToString(), TrafficPartView.Of(atom));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("cells");
        for (var from = 0; from < matrix.Ends.Count; from++)
        {
            for (var to = 0; to < matrix.Ends.Count; to++)
            {
                foreach (var (family, allowed) in Cell(matrix, matrix.Ends[from], matrix.Ends[to]))
                    WriteCell(json, matrix, (from, to, family), allowed);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>What a cell allows: one set where both families are alike, else one for each; nothing where nothing is enforced.</summary>
    private static IEnumerable<(int Family, TrafficSet Allowed)> Cell(Matrix matrix, MatrixEnd from, MatrixEnd to)
    {
        var (v4, v6) = (matrix.Allowed(from, to, IpFamily.V4), matrix.Allowed(from, to, IpFamily.V6));
        if (v4 is null || v6 is null || v4.Equals(v6))
            return (v4 ?? v6) is { } only ? [(0, only)] : [];
        return [(4, v4), (6, v6)];
    }

    private static void WriteEnd(Utf8JsonWriter json, MatrixEnd end)
    {
        json.WriteStartObject();
        json.WriteString("name", end.Name);
        json.WriteStartArray("hosts");
        foreach (var host in end.Host is { } only ? [only] : end.Groups.SelectMany(group => group.Hosts))
            json.WriteStringValue(host.QualifiedName);
        json.WriteEndArray();
        json.WriteStartArray("groups");
        foreach (var group in end.Groups)
            FlowOutput.WriteGroup(json, GroupView.Of(group));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter json, Matrix matrix, (int From, int To, int Family) place, TrafficSet allowed)
    {
        json.WriteStartObject();
        json.WriteNumber("from", place.From);
        json.WriteNumber("to", place.To);
        if (place.Family != 0)
            json.WriteNumber("family", place.Family);
        json.WriteStartArray("allowed");
        for (var atom = 0; atom < matrix.Atoms.Count; atom++)
        {
            if (matrix.Atoms[atom].Overlaps(allowed))
                json.WriteNumberValue(atom);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTable(Terminal terminal, Matrix matrix, TrafficSet atom)
    {
        var palette = Palette.Of(terminal);
        var numbers = Enumerable.Range(1, matrix.Ends.Count).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToArray();
        var table = new TextTable(["", "", .. numbers]);
        for (var row = 0; row < matrix.Ends.Count; row++)
        {
            var cells = matrix.Ends.Select(to => Mark(matrix, matrix.Ends[row], to, atom)).Select(mark => new TextTable.Cell(mark, text => text switch
            {
                "+" => palette.Good(text),
                "." => palette.Bad(text),
                "-" => palette.Faint(text),
                _ => palette.Doubtful(text),
            }));
            table.Add([numbers[row], matrix.Ends[row].Name, .. cells]);
        }

        table.WriteTo(terminal.Output);
    }

    private static string Mark(Matrix matrix, MatrixEnd from, MatrixEnd to, TrafficSet atom)
    {
        var cell = Cell(matrix, from, to).ToList();
        if (cell.Count == 0)
            return "-";
        var allowing = cell.Where(part => part.Allowed.Overlaps(atom)).ToList();
        return allowing.Count == cell.Count ? "+" : allowing.Count == 0 ? "." : allowing[0].Family.ToString(CultureInfo.InvariantCulture);
    }

    private static void WriteList(Terminal terminal, Matrix matrix)
    {
        var table = new TextTable("FROM", "TO", "ALLOWED");
        var denied = 0;
        foreach (var from in matrix.Ends)
        {
            foreach (var to in matrix.Ends)
            {
                foreach (var (family, allowed) in Cell(matrix, from, to))
                {
                    if (allowed.IsNone)
                        denied++;
                    else
                        table.Add(from.Name, to.Name, family == 0 ? allowed.ToString() : $"IPv{family} {allowed}");
                }
            }
        }

        table.WriteTo(terminal.Output);
        terminal.Error.WriteLine($"{Words.Count(matrix.Ends.Count, "group")} of equal verdicts; between {Words.Count(denied, "pair")} of them nothing is allowed");
    }
}
