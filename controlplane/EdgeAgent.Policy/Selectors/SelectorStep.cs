namespace EdgeAgent.Policy;

/// <summary>What one step of a selector's program does.</summary>
internal enum SelectorOperation : byte
{
    All,
    Global,
    Has,
    Equal,
    NotEqual,
    In,
    NotIn,
    Contains,
    StartsWith,
    EndsWith,
    Not,
    And,
    Or,
}

/// <summary>One step of a selector in postfix order.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="Label">The label that it tests, or empty.</param>
/// <param name="Values">The values that it compares with: one, or a sorted set.</param>
/// <param name="Operands">How many results of earlier steps it joins.</param>
internal readonly record struct SelectorStep(SelectorOperation Operation, string Label, string[] Values, int Operands)
{
    public static SelectorStep Leaf(SelectorOperation operation, string label = "", params string[] values) => new(operation, label, values, 0);

    public static SelectorStep Join(SelectorOperation operation, int operands) => new(operation, "", [], operands);

    /// <summary>Tests a label that may be missing (Calico: only the negative comparisons hold for a missing label).</summary>
    public bool Test(string? value) => Operation switch
    {
        SelectorOperation.Has => value is not null,
        SelectorOperation.Equal => value is not null && value == Values[0],
        SelectorOperation.NotEqual => value is null || value != Values[0],
        SelectorOperation.In => value is not null && Holds(value),
        SelectorOperation.NotIn => value is null || !Holds(value),
        SelectorOperation.Contains => value is not null && value.Contains(Values[0], StringComparison.Ordinal),
        SelectorOperation.StartsWith => value is not null && value.StartsWith(Values[0], StringComparison.Ordinal),
        SelectorOperation.EndsWith => value is not null && value.EndsWith(Values[0], StringComparison.Ordinal),
        _ => throw new InvalidOperationException($"{Operation} tests no label"),
    };

    private bool Holds(string value) => Array.BinarySearch(Values, value, Utf8Order.Instance) >= 0;
}
