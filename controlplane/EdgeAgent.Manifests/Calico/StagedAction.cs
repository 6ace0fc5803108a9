using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Calico;

/// <summary>What is to become of the policy that a staged one stands for.</summary>
internal enum StagedAction
{
    Set,
    Delete,
    Learn,
    Ignore,
}

/// <summary>The field that says so.</summary>
internal static class StagedActions
{
    /// <summary>The field.</summary>
    public static readonly Field<StagedAction> Field = Reading.Field.Optional(
        "stagedAction",
        Values.OneOf(("Set", StagedAction.Set), ("Delete", StagedAction.Delete), ("Learn", StagedAction.Learn), ("Ignore", StagedAction.Ignore)),
        "absent is Set; with Set and Learn the rules are counted, with Delete and Ignore nothing is. Never enforced");

    /// <summary>Whether the rules are counted; a deletion may have none.</summary>
    public static bool CountsRules(ObjectInput spec, params string[] alsoWithDelete)
    {
        var action = spec.ReadValue(Field) ?? StagedAction.Set;
        if (action == StagedAction.Delete)
        {
            foreach (var (key, value) in spec.Mapping.Entries)
            {
                if (!value.IsNull && key.Text != Field.Name && !alsoWithDelete.Contains(key.Text))
                    spec.Context.Field(key.Text).Error(key, "the staged action is Delete; expected nothing else in the spec");
            }
        }

        return action is StagedAction.Set or StagedAction.Learn;
    }
}
