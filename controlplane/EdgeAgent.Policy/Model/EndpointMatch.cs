using System.Text;

namespace EdgeAgent.Policy;

/// <summary>Denotes endpoints by namespace and labels. All conditions must hold.</summary>
public sealed record EndpointMatch
{
    /// <summary>The namespace that the endpoint must be in; null for any, and for endpoints outside all namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>What the labels of the endpoint's namespace must satisfy (<see cref="EdgeAgent.Policy.Selector.MatchesNamespace"/>); null for anything.</summary>
    public Selector? NamespaceSelector { get; init; }

    /// <summary>What the endpoint's own labels must satisfy.</summary>
    public Selector Selector { get; init; } = Selector.All;

    /// <summary>Whether only <see cref="EndpointNature.Workload"/> counts: the reading of Kubernetes' selectors.</summary>
    public bool WorkloadsOnly { get; init; }

    /// <summary>Names of service accounts, one of which the endpoint must act as; empty for any.</summary>
    public Contracts.EquatableArray<string> ServiceAccounts { get; init; }

    /// <summary>The canonical text: equal texts denote equal endpoints.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Namespace is not null)
            text.Append(Namespace).Append('/');
        if (NamespaceSelector is not null)
            text.Append('[').Append(NamespaceSelector).Append("]/");
        text.Append(Selector);
        if (!ServiceAccounts.IsEmpty)
            text.Append(" as ").AppendJoin('|', ServiceAccounts.Items);
        if (WorkloadsOnly)
            text.Append(" workloads");
        return text.ToString();
    }
}
