using System.Globalization;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>
/// What must hold of released hosts: comparisons of measures with numbers, or with percentages of those hosts, joined by <c>&amp;&amp;</c>,
/// <c>||</c> and parentheses.
/// </summary>
internal sealed class Gate : IEquatable<Gate>
{
    /// <summary>What holds unless somebody says otherwise.</summary>
    public const string Default = "failed == 0 && rolledback == 0 && late == 0";

    private readonly GateNode _root;

    private Gate(string text, GateNode root) => (Text, _root) = (text, root);

    /// <summary>The gate as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a gate.</summary>
    /// <exception cref="FormatException">It is none: what is wrong where, and what was expected.</exception>
    public static Gate Parse(string text) => new(text, GateParser.Parse(text));

    /// <summary>What of the gate does not hold, in words; null if it holds.</summary>
    public string? Breach(RolloutMeasures measures) => _root.Breach(measures);

    /// <inheritdoc/>
    public bool Equals(Gate? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Gate);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Text, StringComparison.Ordinal);
}

/// <summary>A part of a gate.</summary>
internal abstract record GateNode
{
    /// <summary>What of it does not hold, in words; null if it holds.</summary>
    public abstract string? Breach(RolloutMeasures measures);
}

/// <summary>Two parts, both of which must hold, or one of them.</summary>
internal sealed record GateJoin(GateNode Left, GateNode Right, bool Both) : GateNode
{
    /// <inheritdoc/>
    public override string? Breach(RolloutMeasures measures) => (Left.Breach(measures), Right.Breach(measures)) switch
    {
        ({ } left, { } right) => $"{left}, and {right}",
        var (left, right) => Both ? left ?? right : null,
    };
}

/// <summary>A measure beside a number.</summary>
internal sealed record GateComparison(string Measure, string Operator, double Number, bool IsPercent) : GateNode
{
    /// <summary>The measures by name.</summary>
    public static IReadOnlyDictionary<string, Func<RolloutMeasures, int>> Measures { get; } = new Dictionary<string, Func<RolloutMeasures, int>>(StringComparer.Ordinal)
    {
        ["failed"] = measures => measures.Failed,
        ["rolledback"] = measures => measures.RolledBack,
        ["stale"] = measures => measures.Stale,
        ["disconnected"] = measures => measures.Disconnected,
        ["pending"] = measures => measures.Pending,
        ["late"] = measures => measures.Late,
        ["denied"] = measures => measures.Denied,
    };

    /// <inheritdoc/>
    public override string? Breach(RolloutMeasures measures)
    {
        var value = Measures[Measure](measures);
        var share = IsPercent ? 100.0 * value / Math.Max(1, measures.Hosts) : value;
        var holds = Operator switch
        {
            "==" => share == Number,
            "!=" => share != Number,
            "<" => share < Number,
            "<=" => share <= Number,
            ">" => share > Number,
            _ => share >= Number,
        };
        return holds ? null : string.Create(CultureInfo.InvariantCulture, $"{this} does not hold: {Measure} is {value}{(IsPercent ? $" of {measures.Hosts}" : "")}");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Measure} {Operator} {Number}{(IsPercent ? "%" : "")}");
}
