using System.Globalization;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>Reads gates by recursive descent; <c>&amp;&amp;</c> binds stronger than <c>||</c>.</summary>
internal sealed class GateParser
{
    private const int LongestText = 1000;

    private static readonly string[] Operators = ["==", "!=", "<=", ">=", "<", ">"];

    private readonly string _text;
    private int _at;

    private GateParser(string text) => _text = text;

    /// <summary>Reads a gate.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static GateNode Parse(string text)
    {
        // So nested parentheses cannot exhaust the stack, either.
        if (text.Length > LongestText)
            throw new FormatException($"a gate of {text.Length} characters; expected at most {LongestText}");
        var parser = new GateParser(text);
        var node = parser.ReadAny();
        parser.SkipBlanks();
        return parser._at == text.Length ? node : throw parser.Wrong("&& or || or the end");
    }

    private GateNode ReadAny()
    {
        var node = ReadAll();
        while (Takes("||"))
            node = new GateJoin(node, ReadAll(), Both: false);
        return node;
    }

    private GateNode ReadAll()
    {
        var node = ReadOne();
        while (Takes("&&"))
            node = new GateJoin(node, ReadOne(), Both: true);
        return node;
    }

    private GateNode ReadOne()
    {
        if (!Takes("("))
            return ReadComparison();
        var node = ReadAny();
        return Takes(")") ? node : throw Wrong("&& or || or ')'");
    }

    private GateComparison ReadComparison()
    {
        SkipBlanks();
        var start = _at;
        var measure = ReadWhile(char.IsAsciiLetter);
        if (!GateComparison.Measures.ContainsKey(measure))
        {
            _at = start;
            throw Wrong($"one of {string.Join(", ", GateComparison.Measures.Keys)}");
        }

        var comparison = Operators.FirstOrDefault(Takes) ?? throw Wrong($"one of {string.Join(' ', Operators)}");
        SkipBlanks();
        start = _at;
        if (!double.TryParse(ReadWhile(character => char.IsAsciiDigit(character) || character == '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            _at = start;
            throw Wrong("a number, or a percentage of the released hosts");
        }

        var isPercent = Takes("%");
        return measure != "denied" || !isPercent ? new(measure, comparison, number, isPercent) : throw new FormatException($"gate, column {start + 1}: 'denied' counts flows, not hosts; expected a number without %");
    }

    private string ReadWhile(Func<char, bool> condition)
    {
        var start = _at;
        while (_at < _text.Length && condition(_text[_at]))
            _at++;
        return _text[start.._at];
    }

    private bool Takes(string token)
    {
        SkipBlanks();
        if (!_text.AsSpan(_at).StartsWith(token, StringComparison.Ordinal))
            return false;
        _at += token.Length;
        return true;
    }

    private void SkipBlanks() => ReadWhile(char.IsWhiteSpace);

    private FormatException Wrong(string expected)
    {
        SkipBlanks();
        var rest = _text[_at..];
        var found = rest.Length == 0 ? "the end" : $"'{(rest.IndexOf(' ', StringComparison.Ordinal) is > 0 and var blank ? rest[..blank] : rest)}'";
        return new($"gate, column {_at + 1}: {found}; expected {expected}");
    }
}
