using EdgeAgent.Manifests.Documents;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Reading;

/// <summary>A selector expression of Calico's grammar within a document.</summary>
internal static class SelectorValue
{
    /// <summary>The longest expression that an object may hold, in characters (projectcalico.org/v3).</summary>
    public const int Longest = 1024;

    /// <summary>A selector; the empty text counts as one that matches all.</summary>
    public static ValueType<Selector> Expression { get; } = new ScalarValue<Selector>("a selector such as app == 'ratings'", Read);

    private static ScalarOutcome Read(YamlScalar scalar, ReadContext context, out Selector? selector)
    {
        selector = null;
        if (scalar.Type != ScalarType.String)
            return ScalarOutcome.Mismatch;
        if (scalar.Text.Length > Longest)
            context.Error(scalar, $"a selector of {scalar.Text.Length} characters; expected at most {Longest}");
        else if (!Selector.TryParse(scalar.Text, out selector, out var error))
            context.Error(scalar, $"selector {Quotation.Quoted(scalar.Text)} is wrong {error}");
        else
            return ScalarOutcome.Read;
        return ScalarOutcome.Reported;
    }
}
