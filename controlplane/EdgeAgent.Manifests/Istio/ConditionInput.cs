using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A condition of <c>when</c>: on the source, on the port or on the own address; or one that only a proxy can tell.</summary>
internal sealed record ConditionInput(AuthorizationSource? Source, AuthorizationOperation? Operation, PeerMatch? Self, EquatableArray<string> RequestFields)
{
    private static readonly Field<string> Key = Field.Required(
        "key", Values.Text, "source.ip, source.namespace, source.principal, destination.ip, destination.port; others only a proxy can tell").Derived();

    private static readonly Field<IReadOnlyList<Located<string>>> ValuesField = Field.Optional("values", new ListValue<string>(Values.Text), "one must match").Derived();
    private static readonly Field<IReadOnlyList<Located<string>>> NotValues = Field.Optional("notValues", new ListValue<string>(Values.Text), "none may match").Derived();

    /// <summary>A condition.</summary>
    public static ValueType<ConditionInput> Type { get; } = new ObjectValue<ConditionInput>("a condition with key, and values or notValues", [Key, ValuesField, NotValues], Build);

    /// <summary>Whether nothing is left without what only a proxy can tell.</summary>
    public bool IsEmpty => Source is null && Operation is null && Self is null;

    private static ConditionInput? Build(ObjectInput input)
    {
        var (values, except) = (input.ReadList(ValuesField), input.ReadList(NotValues));
        if (!input.HasItems(ValuesField) && !input.HasItems(NotValues))
            input.Error("the condition has neither values nor notValues; expected one of them");
        return input.Read(Key) switch
        {
            null => null,
            "source.ip" => Of(new AuthorizationSource { Blocks = Blocks(values), NotBlocks = Blocks(except) }),
            "source.namespace" => Of(new AuthorizationSource { Namespaces = values.Texts(), NotNamespaces = except.Texts() }),
            "source.principal" => Of(new AuthorizationSource { Principals = values.Texts(), NotPrincipals = except.Texts() }),
            "destination.port" => new(null, new(OperationInput.ReadPorts(values), OperationInput.ReadPorts(except)), null, []),
            "destination.ip" => new(null, null, PeerMatch.Of(Blocks(values), Blocks(except)), []),
            var key => new(null, null, null, [key]),
        };
    }

    private static ConditionInput Of(AuthorizationSource source) => new(source, null, null, []);

    private static EquatableArray<Cidr> Blocks(IReadOnlyList<Located<string>> texts)
    {
        var blocks = new List<Cidr>(texts.Count);
        foreach (var (_, node, context) in texts)
        {
            if (NetworkValues.BlockOrAddress.TryRead(node, context, out var block))
                blocks.Add(block);
        }

        return blocks.ToEquatableArray();
    }
}
