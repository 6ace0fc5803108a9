using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A rule as written, with the fields that only a proxy can tell by name.</summary>
internal sealed record AuthorizationRuleInput(
    IReadOnlyList<SourceInput> From, IReadOnlyList<OperationInput> To, IReadOnlyList<ConditionInput> When)
{
    private static readonly Field<SourceInput> Source = Field.Required("source", SourceInput.Type, "one source").Derived();
    private static readonly Field<OperationInput> Operation = Field.Required("operation", OperationInput.Type, "one operation").Derived();

    private static readonly Field<IReadOnlyList<Located<SourceInput>>> FromField = Field.Optional(
        "from", new ListValue<SourceInput>(new ObjectValue<SourceInput>("an object with source", [Source], static input => input.Read(Source)), atLeast: 1), "one must match; absent is any").Derived();

    private static readonly Field<IReadOnlyList<Located<OperationInput>>> ToField = Field.Optional(
        "to", new ListValue<OperationInput>(new ObjectValue<OperationInput>("an object with operation", [Operation], static input => input.Read(Operation)), atLeast: 1), "one must match; absent is any").Derived();

    private static readonly Field<IReadOnlyList<Located<ConditionInput>>> WhenField = Field.Optional(
        "when", new ListValue<ConditionInput>(ConditionInput.Type), "all must hold").Derived();

    /// <summary>A rule.</summary>
    public static ValueType<AuthorizationRuleInput> Type { get; } = new ObjectValue<AuthorizationRuleInput>(
        "a rule with from, to and when",
        [FromField, ToField, WhenField],
        static input => new(
            [.. input.ReadList(FromField).Select(item => item.Value)],
            [.. input.ReadList(ToField).Select(item => item.Value)],
            [.. input.ReadList(WhenField).Select(item => item.Value)]));

    /// <summary>Names of its fields that only a proxy can tell.</summary>
    public EquatableArray<string> RequestFields =>
        From.SelectMany(source => source.RequestFields).Concat(To.SelectMany(operation => operation.RequestFields)).Concat(When.SelectMany(condition => condition.RequestFields)).Distinct().ToEquatableArray();

    /// <summary>Whether nothing is left without those fields.</summary>
    public bool HasNothingElse => From.All(source => source.IsEmpty) && To.All(operation => operation.IsEmpty) && When.All(condition => condition.IsEmpty);

    /// <summary>The rule, without the fields that only a proxy can tell; an alternative that had nothing else is any.</summary>
    public AuthorizationRule ToRule(string label, SourcePosition source) => new(label, source)
    {
        From = From.Any(item => item.IsEmpty) ? [] : From.Select(item => item.Source).ToEquatableArray(),
        To = To.Any(item => item.IsEmpty) ? [] : To.Select(item => item.Operation).ToEquatableArray(),
        WhenSource = When.Select(item => item.Source).OfType<AuthorizationSource>().ToEquatableArray(),
        WhenPort = When.Select(item => item.Operation).OfType<AuthorizationOperation>().ToEquatableArray(),
        WhenSelf = When.Select(item => item.Self).OfType<PeerMatch>().ToEquatableArray(),
    };
}
