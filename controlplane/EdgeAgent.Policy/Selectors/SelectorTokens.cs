namespace EdgeAgent.Policy;

internal enum SelectorTokenKind : byte
{
    Label,
    Text,
    OpenBrace,
    CloseBrace,
    Comma,
    Comparison,
    Not,
    All,
    Global,
    Has,
    OpenParenthesis,
    CloseParenthesis,
    And,
    Or,
    End,
}

/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Value">The label or text.</param>
/// <param name="Comparison">Which comparison, for that kind.</param>
internal readonly record struct SelectorToken(SelectorTokenKind Kind, int Offset, string Value = "", SelectorOperation Comparison = default);

/// <summary>
/// Cuts a selector into tokens. Words are operators only right after a label, so labels may bear their names; blanks are space and tab alone.
/// </summary>
internal ref struct SelectorTokens(string text)
{
    private const int LongestLabel = 512;

    private static readonly (string[] Words, SelectorOperation Operation)[] WordOperators =
    [
        (["contains"], SelectorOperation.Contains),
        (["starts", "with"], SelectorOperation.StartsWith),
        (["ends", "with"], SelectorOperation.EndsWith),
        (["not", "in"], SelectorOperation.NotIn),
        (["in"], SelectorOperation.In),
    ];

    private readonly string _text = text;
    private int _at;
    private bool _afterLabel;

    /// <summary>The next token; an error instead where the text has none.</summary>
    public bool TryNext(out SelectorToken token, out SelectorError? error)
    {
        SkipBlanks();
        error = null;
        var start = _at;
        token = new(SelectorTokenKind.End, start);
        if (start == _text.Length)
            return true;
        var found = _text[start] switch
        {
            '(' => Single(SelectorTokenKind.OpenParenthesis, out token),
            ')' => Single(SelectorTokenKind.CloseParenthesis, out token),
            '{' => Single(SelectorTokenKind.OpenBrace, out token),
            '}' => Single(SelectorTokenKind.CloseBrace, out token),
            ',' => Single(SelectorTokenKind.Comma, out token),
            '"' or '\'' => Quoted(out token, out error),
            '=' => Double("==", new(SelectorTokenKind.Comparison, start, "", SelectorOperation.Equal), out token, out error),
            '!' when Follows("!=") => Double("!=", new(SelectorTokenKind.Comparison, start, "", SelectorOperation.NotEqual), out token, out error),
            '!' => Single(SelectorTokenKind.Not, out token),
            '&' => Double("&&", new(SelectorTokenKind.And, start), out token, out error),
            '|' => Double("||", new(SelectorTokenKind.Or, start), out token, out error),
            _ when _afterLabel => WordOperator(out token, out error),
            _ => Word(out token, out error),
        };
        _afterLabel = found && token.Kind == SelectorTokenKind.Label;
        return found;
    }

    private bool Single(SelectorTokenKind kind, out SelectorToken token)
    {
        token = new(kind, _at++);
        return true;
    }

    private bool Double(string symbol, SelectorToken result, out SelectorToken token, out SelectorError? error)
    {
        token = result;
        error = Follows(symbol) ? null : new(_at, $"expected '{symbol}'");
        _at += symbol.Length;
        return error is null;
    }

    private bool Quoted(out SelectorToken token, out SelectorError? error)
    {
        var start = _at;
        var end = _text.IndexOf(_text[start], start + 1);
        token = end < 0 ? default : new(SelectorTokenKind.Text, start, _text[(start + 1)..end]);
        error = end < 0 ? new(start, $"the text is not closed (expected another {_text[start]})") : null;
        _at = end + 1;
        return error is null;
    }

    private bool WordOperator(out SelectorToken token, out SelectorError? error)
    {
        foreach (var (words, operation) in WordOperators)
        {
            var end = EndOfWords(words);
            if (end < 0)
                continue;
            token = new(SelectorTokenKind.Comparison, _at, "", operation);
            error = null;
            _at = end;
            return true;
        }

        token = default;
        error = new(_at, "expected an operator after the label: ==, !=, in, not in, contains, starts with, ends with");
        return false;
    }

    /// <summary>Where the words end; blanks between and after them are optional, but a longer word is another one. -1 when they do not follow.</summary>
    private readonly int EndOfWords(string[] words)
    {
        var at = _at;
        foreach (var word in words)
        {
            if (string.CompareOrdinal(_text, at, word, 0, word.Length) != 0)
                return -1;
            at += word.Length;
            while (words.Length > 1 && at < _text.Length && IsBlank(_text[at]))
                at++;
        }

        return at < _text.Length && IsLabelCharacter(_text[at]) ? -1 : at;
    }

    private bool Word(out SelectorToken token, out SelectorError? error)
    {
        var start = _at;
        if (Call("all("))
            return Closed(new(SelectorTokenKind.All, start), "all(", out token, out error);
        if (Call("global("))
            return Closed(new(SelectorTokenKind.Global, start), "global(", out token, out error);
        if (!Call("has("))
            return Label(SelectorTokenKind.Label, out token, out error);
        return Label(SelectorTokenKind.Has, out token, out error) && Closed(token with { Offset = start }, "has(", out token, out error);
    }

    private bool Call(string opening)
    {
        if (!Follows(opening))
            return false;
        _at += opening.Length;
        SkipBlanks();
        return true;
    }

    private bool Closed(SelectorToken result, string opening, out SelectorToken token, out SelectorError? error)
    {
        SkipBlanks();
        token = result;
        error = Follows(")") ? null : new(_at, $"expected ')' after {opening}");
        _at++;
        return error is null;
    }

    private bool Label(SelectorTokenKind kind, out SelectorToken token, out SelectorError? error)
    {
        var start = _at;
        while (_at < _text.Length && IsLabelCharacter(_text[_at]))
            _at++;
        token = new(kind, start, _text[start.._at]);
        error = (_at - start) switch
        {
            0 => new(start, "expected a label: letters, digits and _ . / -"),
            > LongestLabel => new(start, $"the label is longer than {LongestLabel} characters"),
            _ => null,
        };
        return error is null;
    }

    private readonly bool Follows(string symbol) => string.CompareOrdinal(_text, _at, symbol, 0, symbol.Length) == 0;

    private void SkipBlanks()
    {
        while (_at < _text.Length && IsBlank(_text[_at]))
            _at++;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private static bool IsLabelCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '-';
}
