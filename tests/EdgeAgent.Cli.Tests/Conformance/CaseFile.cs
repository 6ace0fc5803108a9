namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>
/// Reads a file of cases. <c>=== given</c> begins manifests that all later cases have, <c>=== title</c> begins a case with manifests of its
/// own, and within it a line <c>--> verdicts</c>, <c>--> reach TCP/80</c>, <c>--> warns</c>, <c>--> refused</c> or <c>--> derives</c> begins
/// what must come of it. A verdict is <c>FROM TO TRAFFIC allow|deny</c>, with several ends and traffics joined by commas, and optionally
/// <c>| egress RULE</c> or <c>| ingress RULE</c>. A reach table has the destinations in its first line and then a line for each source, with
/// <c>.</c> for allow and <c>X</c> for deny.
/// </summary>
internal sealed class CaseFile
{
    private readonly string _name;
    private readonly List<ConformanceCase> _cases = [];
    private readonly List<string> _manifests = [];
    private readonly List<ExpectedVerdict> _verdicts = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _refusals = [];
    private readonly List<string> _derived = [];
    private string _given = "";
    private string? _title;
    private string _section = "";
    private string[]? _columns;
    private int _titleLine;
    private bool _saysSomething;

    private CaseFile(string name) => _name = name;

    public static IReadOnlyList<ConformanceCase> Read(string path)
    {
        var file = new CaseFile(Path.GetFileName(path));
        foreach (var (index, line) in File.ReadLines(path).Index())
            file.Add(line, index + 1);
        file.Close();
        return file._cases;
    }

    private void Add(string line, int number)
    {
        if (line.StartsWith("=== ", StringComparison.Ordinal))
        {
            Close();
            (_title, _titleLine, _section, _columns) = (line[4..].Trim(), number, "", null);
        }
        else if (line.StartsWith("--> ", StringComparison.Ordinal))
        {
            (_section, _columns, _saysSomething) = (line[4..].Trim(), null, true);
        }
        else if (_section.Length == 0)
        {
            _manifests.Add(line);
        }
        else if (line.Trim().Length > 0 && !line.StartsWith('#'))
        {
            Expect(line.Trim(), number);
        }
    }

    private void Close()
    {
        var manifests = string.Join('\n', _manifests);
        if (_title == "given")
            _given = manifests;
        else if (_title is not null)
            _cases.Add(new(_title, $"{_name}:{_titleLine}", $"{_given}\n---\n{manifests}\n", [.. _verdicts], [.. _warnings], [.. _refusals], [.. _derived]));
        if (_title is not (null or "given") && !_saysSomething)
            throw new FormatException($"{_name}:{_titleLine}: the case expects nothing");
        _manifests.Clear();
        _verdicts.Clear();
        _warnings.Clear();
        _refusals.Clear();
        _derived.Clear();
        _saysSomething = false;
    }

    private void Expect(string line, int number)
    {
        switch (_section.Split(' '))
        {
            case ["verdicts"]:
                _verdicts.AddRange(Verdicts(line, number));
                break;
            case ["reach", var traffic]:
                Reach(line, traffic, number);
                break;
            case ["warns"]:
                _warnings.Add(line);
                break;
            case ["refused"]:
                _refusals.Add(line);
                break;
            case ["derives"]:
                _derived.Add(line);
                break;
            default:
                throw new FormatException($"{_name}:{number}: unknown section '{_section}'");
        }
    }

    private IEnumerable<ExpectedVerdict> Verdicts(string line, int number)
    {
        var parts = line.Split('|', StringSplitOptions.TrimEntries);
        if (parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var clients, var servers, var traffic, ("allow" or "deny") and var verdict])
            throw new FormatException($"{_name}:{number}: '{line}' is no verdict");
        string? Rule(string end) => Array.Find(parts[1..], part => part.StartsWith(end, StringComparison.Ordinal))?[end.Length..].Trim();
        return from source in clients.Split(',')
               from destination in servers.Split(',')
               from flow in traffic.Split(',')
               select new ExpectedVerdict(source, destination, flow, verdict == "allow", Rule("egress "), Rule("ingress "));
    }

    private void Reach(string line, string traffic, int number)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (_columns is null)
        {
            _columns = words;
            return;
        }

        if (words.Length != _columns.Length + 1 || words[1..].Any(word => word is not ("." or "X")))
            throw new FormatException($"{_name}:{number}: expected a source and {_columns.Length} times . or X");
        _verdicts.AddRange(_columns.Select((column, i) => new ExpectedVerdict(words[0], column, traffic, words[i + 1] == ".", null, null)));
    }
}
