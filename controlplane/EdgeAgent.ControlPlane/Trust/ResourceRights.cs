using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// Which resources a person may change. A role in one namespace is for what stands in that namespace and reaches no further: a policy whose
/// subjects are elsewhere, a route that opens or closes other namespaces, and all that is in no namespace take the role everywhere.
/// </summary>
internal static class ResourceRights
{
    /// <summary>Why a person may not change a resource; null where the person may.</summary>
    /// <param name="caller">The person.</param>
    /// <param name="key">The resource.</param>
    /// <param name="models">The resource as it is before and after; null for nothing.</param>
    public static string? Refusal(PeerIdentity caller, ResourceKey key, params ReadOnlySpan<Resource?> models)
    {
        if (caller.MayEverywhere(Role.Editor))
            return null;
        if (key.Namespace.Length == 0)
            return $"{key} is in no namespace; expected the role editor in all namespaces";
        if (!caller.May(Role.Editor, key.Namespace))
            return $"{key}: expected the role editor in namespace {key.Namespace}";
        foreach (var model in models)
        {
            if (model is not null && !StaysIn(model, key.Namespace))
                return $"{key} reaches beyond its namespace; expected the role editor in all namespaces";
        }

        return null;
    }

    private static bool StaysIn(Resource model, string ns) => model switch
    {
        EndpointResource or ServiceResource => true,
        PolicyResource policy => StaysIn(policy.Ingress, ns) && StaysIn(policy.Egress, ns),
        _ => false,
    };

    private static bool StaysIn(PolicySide? side, string ns) =>
        side is null || side.Subjects.All(subject => subject.Nets.IsEmpty && subject.Endpoints?.Namespace == ns);
}
