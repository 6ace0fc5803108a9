using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>An identity with the classes of hosts that have it, and what is made of it.</summary>
internal sealed class IdentityRow
{
    public required Identity Identity { get; init; }

    public required ImmutableArray<HostClassKey> Classes { get; init; }

    public required StackPlan Inbound { get; init; }

    public required StackPlan Outbound { get; init; }

    public required FurtherPlans Further { get; init; }

    public required HostPlan Plan { get; init; }
}
