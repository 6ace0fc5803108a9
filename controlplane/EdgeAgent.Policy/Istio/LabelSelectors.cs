namespace EdgeAgent.Policy.Istio;

/// <summary>Selectors of Istio's kind: every label has its value.</summary>
internal static class LabelSelectors
{
    /// <summary>All labels of the set; an empty set is anything.</summary>
    public static Selector Of(LabelSet labels) => Selector.And([.. labels.Select(label => Selector.Equal(label.Key, label.Value))]);

    /// <summary>Both conditions; one that is anything adds nothing.</summary>
    public static Selector Both(Selector left, Selector right) =>
        left.IsAll ? right : right.IsAll ? left : Selector.And(left, right);
}
