using System.Globalization;
using System.Numerics;
using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests.Reading;

/// <summary>The plain types that fields of every language have.</summary>
internal static class Values
{
    /// <summary>Any string.</summary>
    public static ValueType<string> Text { get; } = TextWhere("a string", static _ => true);

    /// <summary>A boolean.</summary>
    public static ValueType<bool> Boolean { get; } = new ScalarValue<bool>("true or false", static (YamlScalar scalar, ReadContext _, out bool value) =>
    {
        value = scalar.Type == ScalarType.Boolean && ScalarTyping.ReadBoolean(scalar.Text);
        return scalar.Type == ScalarType.Boolean ? ScalarOutcome.Read : ScalarOutcome.Mismatch;
    });

    /// <summary>A finite number.</summary>
    public static ValueType<double> Number { get; } = new ScalarValue<double>("a number", static (YamlScalar scalar, ReadContext _, out double value) =>
    {
        value = 0;
        return scalar.Type is ScalarType.Integer or ScalarType.Float && ScalarTyping.TryReadNumber(scalar.Text, out value) && double.IsFinite(value)
            ? ScalarOutcome.Read
            : ScalarOutcome.Mismatch;
    });

    /// <summary>A string that satisfies a condition.</summary>
    public static ValueType<string> TextWhere(string name, Func<string, bool> holds) => new ScalarValue<string>(name, (YamlScalar scalar, ReadContext context, out string? value) =>
    {
        value = scalar.Text;
        if (scalar.Type == ScalarType.String)
            return holds(scalar.Text) ? ScalarOutcome.Read : ScalarOutcome.Mismatch;
        if (scalar.Type == ScalarType.Null || !holds(scalar.Text))
            return ScalarOutcome.Mismatch;
        context.Error(scalar, $"{scalar.Description}; expected {name} (write it in quotes: \"{Quotation.Of(scalar.Text)}\")");
        return ScalarOutcome.Reported;
    });

    /// <summary>An integer within bounds, both included.</summary>
    public static ValueType<int> Integer(int least, int most, string? what = null) => new ScalarValue<int>(
        string.Create(CultureInfo.InvariantCulture, $"{what ?? "an integer"} from {least} to {most}"),
        (YamlScalar scalar, ReadContext context, out int value) => ReadInteger(scalar, context, least, most, out value));

    /// <summary>One of several words, spelled exactly so.</summary>
    public static ValueType<T> OneOf<T>(params IReadOnlyList<(string Word, T Meaning)> words)
    {
        var name = words.Count == 1 ? words[0].Word : $"{string.Join(", ", words.SkipLast(1).Select(word => word.Word))} or {words[^1].Word}";
        return new ScalarValue<T>(name, (YamlScalar scalar, ReadContext context, out T? value) =>
        {
            value = default;
            foreach (var (word, meaning) in words)
            {
                if (scalar.Type == ScalarType.String && scalar.Text == word)
                {
                    value = meaning;
                    return ScalarOutcome.Read;
                }
            }

            if (scalar.Type != ScalarType.String || NearestName.Of(scalar.Text, words.Select(word => word.Word)) is not { } near)
                return ScalarOutcome.Mismatch;
            context.Error(scalar, $"{scalar.Description}; expected {name} (did you mean {near}?)");
            return ScalarOutcome.Reported;
        });
    }

    /// <summary>Reads an integer scalar; digits that are octal are pointed out.</summary>
    public static ScalarOutcome ReadInteger(YamlScalar scalar, ReadContext context, int least, int most, out int value)
    {
        value = 0;
        if (scalar.Type != ScalarType.Integer || !ScalarTyping.TryReadInteger(scalar.Text, out var read) || read < least || read > most)
            return ScalarOutcome.Mismatch;
        value = (int)read;
        if (ScalarTyping.LooksDecimalButIsOctal(scalar.Text))
            context.Warning(scalar, string.Create(CultureInfo.InvariantCulture, $"{scalar.Text} is octal and means {value}, as kubectl reads it; write it without the leading zero"));
        return ScalarOutcome.Read;
    }
}
