using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.Policy;

/// <summary>
/// Reads Calico's selector grammar into a postfix program: <c>||</c> binds less than <c>&amp;&amp;</c>, repeated <c>!</c> collapse,
/// a set may be empty or end in a comma. It keeps its own stack, so that nesting is bounded by memory alone.
/// </summary>
internal ref struct SelectorParser
{
    private readonly List<SelectorStep> _steps = [];
    private readonly Stack<Group> _outer = new();
    private SelectorTokens _tokens;
    private SelectorToken _token;
    private SelectorError? _error;
    private Group _group;

    private SelectorParser(string text) => _tokens = new(text);

    /// <summary>An open parenthesis: how many operands its current conjunction has, and how many conjunctions came before.</summary>
    private record struct Group(int Offset, bool Negated, int Operands, int Alternatives);

    public static bool TryParse(string text, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out SelectorError? error)
    {
        var parser = new SelectorParser(text);
        selector = parser.Parse() ? new([.. parser._steps]) : null;
        error = parser._error;
        return selector is not null;
    }

    private bool Parse()
    {
        if (!Next())
            return false;
        if (_token.Kind == SelectorTokenKind.End)
        {
            _steps.Add(SelectorStep.Leaf(SelectorOperation.All));
            return true;
        }

        while (true)
        {
            if (!Operand(out var opened))
                return false;
            if (opened)
                continue;
            if (!Continue(out var finished))
                return false;
            if (finished)
                return true;
        }
    }

    /// <summary>Reads an operand with its negations, or opens a parenthesis.</summary>
    private bool Operand(out bool opened)
    {
        opened = false;
        var negated = false;
        for (; _token.Kind == SelectorTokenKind.Not; negated = !negated)
        {
            if (!Next())
                return false;
        }

        switch (_token.Kind)
        {
            case SelectorTokenKind.OpenParenthesis:
                _outer.Push(_group);
                _group = new(_token.Offset, negated, 0, 0);
                opened = true;
                return Next();
            case SelectorTokenKind.All:
                return Add(SelectorStep.Leaf(SelectorOperation.All), negated) && Next();
            case SelectorTokenKind.Global:
                return Add(SelectorStep.Leaf(SelectorOperation.Global), negated) && Next();
            case SelectorTokenKind.Has:
                return Add(SelectorStep.Leaf(SelectorOperation.Has, _token.Value), negated) && Next();
            case SelectorTokenKind.Label:
                return Comparison(negated);
            case SelectorTokenKind.End:
                return Fail("the selector ends where a condition was expected");
            default:
                return Fail("expected a condition: a label with an operator, has(), all(), global(), '!' or '('");
        }
    }

    private bool Comparison(bool negated)
    {
        var label = _token.Value;
        if (!Next())
            return false;
        if (_token.Kind != SelectorTokenKind.Comparison)
            return Fail("expected an operator after the label: ==, !=, in, not in, contains, starts with, ends with");
        var operation = _token.Comparison;
        if (!Next())
            return false;
        if (operation is SelectorOperation.In or SelectorOperation.NotIn)
            return Set(out var values) && Add(new(operation, label, values, 0), negated) && Next();
        if (_token.Kind != SelectorTokenKind.Text)
            return Fail("expected a value in quotes");
        return Add(SelectorStep.Leaf(operation, label, _token.Value), negated) && Next();
    }

    private bool Set(out string[] values)
    {
        values = [];
        if (_token.Kind != SelectorTokenKind.OpenBrace)
            return Fail("expected a set of values in braces");
        var read = new SortedSet<string>(Utf8Order.Instance);
        do
        {
            if (!Next())
                return false;
            if (_token.Kind != SelectorTokenKind.Text)
                break;
            read.Add(_token.Value);
            if (!Next())
                return false;
        }
        while (_token.Kind == SelectorTokenKind.Comma);
        values = [.. read];
        return _token.Kind == SelectorTokenKind.CloseBrace || Fail("expected a value in quotes, ',' or '}'");
    }

    /// <summary>Reads what follows an operand: a joint, closing parentheses, or the end.</summary>
    private bool Continue(out bool finished)
    {
        finished = false;
        while (_token.Kind == SelectorTokenKind.CloseParenthesis && _outer.Count > 0)
        {
            CloseGroup();
            var negated = _group.Negated;
            _group = _outer.Pop();
            if (!Joined(negated) || !Next())
                return false;
        }

        switch (_token.Kind)
        {
            case SelectorTokenKind.And:
                return Next();
            case SelectorTokenKind.Or:
                CloseConjunction();
                return Next();
            case SelectorTokenKind.End when _outer.Count == 0:
                CloseGroup();
                finished = true;
                return true;
            case SelectorTokenKind.End:
                return Fail($"expected ')' for the '(' at character {_group.Offset + 1}");
            default:
                return Fail(_outer.Count == 0 ? "expected '&&', '||' or the end" : "expected '&&', '||' or ')'");
        }
    }

    private bool Add(SelectorStep step, bool negated)
    {
        _steps.Add(step);
        return Joined(negated);
    }

    private bool Joined(bool negated)
    {
        if (negated)
            _steps.Add(SelectorStep.Join(SelectorOperation.Not, 1));
        _group.Operands++;
        return true;
    }

    private void CloseConjunction()
    {
        if (_group.Operands > 1)
            _steps.Add(SelectorStep.Join(SelectorOperation.And, _group.Operands));
        _group.Operands = 0;
        _group.Alternatives++;
    }

    private void CloseGroup()
    {
        CloseConjunction();
        if (_group.Alternatives > 1)
            _steps.Add(SelectorStep.Join(SelectorOperation.Or, _group.Alternatives));
    }

    private bool Next() => _tokens.TryNext(out _token, out _error);

    private bool Fail(string message)
    {
        _error = new(_token.Offset, message);
        return false;
    }
}
