using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.Policy;

/// <summary>
/// A condition on labels, with the meaning and the canonical text of Calico's selectors (projectcalico/calico, libcalico-go/lib/selector).
/// It is kept as a postfix program, so that neither depth nor length of a hostile one costs stack. Equal texts are equal selectors.
/// </summary>
public sealed class Selector : IEquatable<Selector>
{
    private readonly SelectorStep[] _steps;
    private readonly int _depth;
    private readonly string _text;

    internal Selector(SelectorStep[] steps)
    {
        _steps = steps;
        _depth = MaximumDepth(steps);
        _text = SelectorText.Of(steps);
    }

    /// <summary><c>all()</c>: matches anything.</summary>
    public static Selector All { get; } = new([SelectorStep.Leaf(SelectorOperation.All)]);

    /// <summary><c>global()</c>: for namespaces, what is in none; on other labels it matches anything.</summary>
    public static Selector Global { get; } = new([SelectorStep.Leaf(SelectorOperation.Global)]);

    /// <summary>Whether this is <c>all()</c>.</summary>
    public bool IsAll => _steps is [{ Operation: SelectorOperation.All }];

    /// <summary>The label is present.</summary>
    public static Selector Has(string label) => new([SelectorStep.Leaf(SelectorOperation.Has, label)]);

    /// <summary>The label is present with the value.</summary>
    public static Selector Equal(string label, string value) => new([SelectorStep.Leaf(SelectorOperation.Equal, label, value)]);

    /// <summary>The label is missing, or has another value.</summary>
    public static Selector NotEqual(string label, string value) => new([SelectorStep.Leaf(SelectorOperation.NotEqual, label, value)]);

    /// <summary>The label is present with one of the values.</summary>
    public static Selector In(string label, params IEnumerable<string> values) => new([SelectorStep.Leaf(SelectorOperation.In, label, Sorted(values))]);

    /// <summary>The label is missing, or has none of the values.</summary>
    public static Selector NotIn(string label, params IEnumerable<string> values) => new([SelectorStep.Leaf(SelectorOperation.NotIn, label, Sorted(values))]);

    /// <summary>The label's value contains the text.</summary>
    public static Selector Contains(string label, string text) => new([SelectorStep.Leaf(SelectorOperation.Contains, label, text)]);

    /// <summary>The label's value starts with the text.</summary>
    public static Selector StartsWith(string label, string text) => new([SelectorStep.Leaf(SelectorOperation.StartsWith, label, text)]);

    /// <summary>The label's value ends with the text.</summary>
    public static Selector EndsWith(string label, string text) => new([SelectorStep.Leaf(SelectorOperation.EndsWith, label, text)]);

    /// <summary>The operand does not match.</summary>
    public static Selector Not(Selector operand) => new([.. operand._steps, SelectorStep.Join(SelectorOperation.Not, 1)]);

    /// <summary>All match; none at all is <see cref="All"/>.</summary>
    public static Selector And(params ReadOnlySpan<Selector> operands) => operands.Length == 0 ? All : Join(SelectorOperation.And, operands);

    /// <summary>One of them matches.</summary>
    /// <exception cref="ArgumentException">There is no operand.</exception>
    public static Selector Or(params ReadOnlySpan<Selector> operands) =>
        operands.Length == 0 ? throw new ArgumentException("nothing to choose from", nameof(operands)) : Join(SelectorOperation.Or, operands);

    /// <summary>Reads Calico's grammar; an empty text is <see cref="All"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out SelectorError? error) =>
        SelectorParser.TryParse(text, out selector, out error);

    /// <summary>Reads Calico's grammar.</summary>
    /// <exception cref="FormatException">The text is no selector.</exception>
    public static Selector Parse(string text) =>
        TryParse(text, out var selector, out var error) ? selector : throw new FormatException(error.ToString());

    /// <summary>Whether an endpoint's or any other labels match.</summary>
    public bool Matches(LabelSet labels) => Evaluate(labels, all: true, global: true);

    /// <summary>
    /// Whether the namespace of an endpoint matches, as a namespace selector. Of an endpoint without namespace (null) no label is present:
    /// <c>global()</c> matches it and <c>all()</c> does not.
    /// </summary>
    public bool MatchesNamespace(LabelSet? labels) => Evaluate(labels ?? LabelSet.Empty, all: labels is not null, global: labels is null);

    /// <summary>The labels that the selector looks at.</summary>
    public IEnumerable<string> Labels => _steps.Where(step => step.Label.Length > 0).Select(step => step.Label).Distinct();

    /// <inheritdoc/>
    public bool Equals(Selector? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Selector);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(_text, StringComparison.Ordinal);

    /// <summary>The canonical text.</summary>
    public override string ToString() => _text;

    private bool Evaluate(LabelSet labels, bool all, bool global)
    {
        Span<bool> results = _depth <= 64 ? stackalloc bool[64] : new bool[_depth];
        var top = 0;
        foreach (ref readonly var step in _steps.AsSpan())
        {
            var joined = results[(top - step.Operands)..top];
            var result = step.Operation switch
            {
                SelectorOperation.All => all,
                SelectorOperation.Global => global,
                SelectorOperation.Not => !joined[0],
                SelectorOperation.And => !joined.Contains(false),
                SelectorOperation.Or => joined.Contains(true),
                _ => step.Test(labels.TryGetValue(step.Label, out var value) ? value : null),
            };
            top -= step.Operands;
            results[top++] = result;
        }

        return results[0];
    }

    private static Selector Join(SelectorOperation operation, ReadOnlySpan<Selector> operands)
    {
        if (operands.Length == 1)
            return operands[0];
        var steps = new List<SelectorStep>();
        foreach (var operand in operands)
            steps.AddRange(operand._steps);
        steps.Add(SelectorStep.Join(operation, operands.Length));
        return new([.. steps]);
    }

    private static string[] Sorted(IEnumerable<string> values) =>
        values.Distinct(StringComparer.Ordinal).Order(Utf8Order.Instance).ToArray();

    private static int MaximumDepth(SelectorStep[] steps)
    {
        var (depth, maximum) = (0, 0);
        foreach (var step in steps)
        {
            depth += 1 - step.Operands;
            maximum = Math.Max(maximum, depth);
        }

        return maximum;
    }
}
