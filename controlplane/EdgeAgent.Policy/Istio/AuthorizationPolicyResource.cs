using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>An AuthorizationPolicy, as far as addresses and ports can tell.</summary>
public sealed record AuthorizationPolicyResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind in keys.</summary>
    public const string Kind = "AuthorizationPolicy";

    /// <summary>Labels of the workloads of its namespace; null for all of them, and in the root namespace for all of the mesh.</summary>
    public LabelSet? Selector { get; init; }

    /// <summary>What it does; only allow and deny have an effect here.</summary>
    public AuthorizationAction Action { get; init; } = AuthorizationAction.Allow;

    /// <summary>The rules that can match at L3 and L4; an ALLOW policy without any denies everything.</summary>
    public EquatableArray<AuthorizationRule> Rules { get; init; }
}

/// <summary>What an AuthorizationPolicy does with what it matches.</summary>
public enum AuthorizationAction : byte
{
    /// <summary>Allows it, and nothing else that no other policy allows.</summary>
    Allow = 1,

    /// <summary>Denies it, before any is allowed.</summary>
    Deny = 2,

    /// <summary>Neither (AUDIT, CUSTOM, dry run).</summary>
    None = 3,
}

/// <summary>One rule: one of the sources, one of the operations and all of the conditions must match.</summary>
/// <param name="Label">Where in the resource, such as <c>rules[0]</c>.</param>
/// <param name="Source">Where it was written.</param>
public sealed record AuthorizationRule(string Label, SourcePosition Source)
{
    /// <summary>Alternatives of the source; empty for any.</summary>
    public EquatableArray<AuthorizationSource> From { get; init; }

    /// <summary>Alternatives of the operation; empty for any.</summary>
    public EquatableArray<AuthorizationOperation> To { get; init; }

    /// <summary>Further conditions on the source, all of which must hold (<c>when</c>).</summary>
    public EquatableArray<AuthorizationSource> WhenSource { get; init; }

    /// <summary>Further conditions on the port, all of which must hold (<c>when</c>).</summary>
    public EquatableArray<AuthorizationOperation> WhenPort { get; init; }

    /// <summary>Conditions on the own address, all of which must hold (<c>when destination.ip</c>).</summary>
    public EquatableArray<PeerMatch> WhenSelf { get; init; }
}

/// <summary>Conditions on a source, all of which must hold; an empty list always does. Patterns may begin or end with <c>*</c>.</summary>
public sealed record AuthorizationSource
{
    /// <summary>Principals, <c>trust-domain/ns/namespace/sa/account</c>, of which one must match.</summary>
    public EquatableArray<string> Principals { get; init; }

    /// <summary>Principals of which none may match.</summary>
    public EquatableArray<string> NotPrincipals { get; init; }

    /// <summary>Namespaces of which one must match.</summary>
    public EquatableArray<string> Namespaces { get; init; }

    /// <summary>Namespaces of which none may match.</summary>
    public EquatableArray<string> NotNamespaces { get; init; }

    /// <summary>Blocks of which one must hold the address.</summary>
    public EquatableArray<Cidr> Blocks { get; init; }

    /// <summary>Blocks of which none may hold the address.</summary>
    public EquatableArray<Cidr> NotBlocks { get; init; }
}

/// <summary>Conditions on the workload's port; empty lists always hold.</summary>
/// <param name="Ports">Ports of which one must match.</param>
/// <param name="NotPorts">Ports of which none may match.</param>
public sealed record AuthorizationOperation(EquatableArray<ushort> Ports, EquatableArray<ushort> NotPorts);
