namespace EdgeAgent.Testing;

/// <summary>A slow reading of selector texts by recursive descent, apart from the product's, to test it with.</summary>
public sealed class PlainSelector
{
    private readonly string _text;
    private readonly Func<string, string?> _label;
    private readonly bool _inNamespace;
    private readonly bool _isNamespaceSelector;
    private int _at;

    private PlainSelector(string text, Func<string, string?> label, bool isNamespaceSelector, bool inNamespace) =>
        (_text, _label, _isNamespaceSelector, _inNamespace) = (text, label, isNamespaceSelector, inNamespace);

    /// <summary>Whether labels satisfy a selector.</summary>
    public static bool Matches(string selector, IReadOnlyDictionary<string, string> labels) =>
        new PlainSelector(selector, labels.GetValueOrDefault, false, true).Whole();

    /// <summary>Whether the labels of an endpoint's namespace (null for none) satisfy a namespace selector.</summary>
    public static bool MatchesNamespace(string selector, IReadOnlyDictionary<string, string>? labels) =>
        new PlainSelector(selector, key => labels?.GetValueOrDefault(key), true, labels is not null).Whole();

    private bool Whole()
    {
        var result = Or();
        Blanks();
        return _at == _text.Length ? result : throw new FormatException($"'{_text}' at {_at}");
    }

    private bool Or()
    {
        var result = And();
        while (Take("||"))
            result |= And();
        return result;
    }

    private bool And()
    {
        var result = Term();
        while (Take("&&"))
            result &= Term();
        return result;
    }

    private bool Term()
    {
        if (Take("!"))
            return !Term();
        if (Take("("))
        {
            var inner = Or();
            Expect(")");
            return inner;
        }

        if (Take("all()"))
            return !_isNamespaceSelector || _inNamespace;
        if (Take("global()"))
            return !_isNamespaceSelector || !_inNamespace;
        if (Take("has("))
        {
            var present = _label(Word()) is not null;
            Expect(")");
            return present;
        }

        return Comparison(_label(Word()));
    }

    private bool Comparison(string? value)
    {
        if (Take("=="))
            return value == Text();
        if (Take("!="))
            return value != Text();
        if (Take("not in"))
            return !Set().Contains(value);
        if (Take("in"))
            return Set().Contains(value);
        if (Take("contains"))
            return Text() is var part && value?.Contains(part, StringComparison.Ordinal) == true;
        if (Take("starts with"))
            return Text() is var start && value?.StartsWith(start, StringComparison.Ordinal) == true;
        Expect("ends with");
        return Text() is var end && value?.EndsWith(end, StringComparison.Ordinal) == true;
    }

    private List<string?> Set()
    {
        var values = new List<string?>();
        Expect("{");
        while (!Take("}"))
        {
            values.Add(Text());
            Take(",");
        }

        return values;
    }

    private string Word()
    {
        Blanks();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || "_./-".Contains(_text[_at], StringComparison.Ordinal)))
            _at++;
        return _text[start.._at];
    }

    private string Text()
    {
        Blanks();
        var end = _text.IndexOf(_text[_at], _at + 1);
        var value = _text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    private void Expect(string token)
    {
        if (!Take(token))
            throw new FormatException($"'{_text}' at {_at}: expected {token}");
    }

    private bool Take(string token)
    {
        Blanks();
        if (string.CompareOrdinal(_text, _at, token, 0, token.Length) != 0)
            return false;
        _at += token.Length;
        return true;
    }

    private void Blanks()
    {
        while (_at < _text.Length && (_text[_at] is ' ' or '\t'))
            _at++;
    }
}
