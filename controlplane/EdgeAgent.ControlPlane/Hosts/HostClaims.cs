using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>What a host says of itself, as far as it counts.</summary>
/// <param name="Facts">What counts.</param>
/// <param name="Refused">What does not, and why, in words.</param>
internal sealed record HostClaims(HostFacts Facts, EquatableArray<string> Refused)
{
    /// <summary>
    /// Holds what a host says against what it was granted. Its labels are those of its document, or of its token. An address counts if its
    /// document or a block of its token grants it, and nobody else has it.
    /// </summary>
    /// <param name="said">What the host says.</param>
    /// <param name="grant">What its token gave it; null for nothing.</param>
    /// <param name="state">All resources.</param>
    public static HostClaims Judge(HostFacts said, EnrolmentGrant? grant, FleetState state)
    {
        var key = new ResourceKey(FleetState.HostKind, said.Namespace, said.Name);
        var declared = state.Declared.GetValueOrDefault(key)?.Resource.Model as EndpointResource;
        var labels = grant?.Labels ?? [];
        var standing = declared?.Labels ?? LabelSet.Of(labels);
        var refused = said.Labels
            .Where(label => !(standing.TryGetValue(label.Key, out var value) && value == label.Value))
            .Select(label => $"label {label.Key}={label.Value}: neither the Host document nor the token gives it")
            .ToList();

        var addresses = new List<IpAddress>();
        foreach (var address in said.Addresses.Where(HostDocument.IsOwnable).Distinct())
        {
            if (declared?.Addresses.Contains(Cidr.Single(address)) == true)
                continue;
            if (grant is null || !grant.Cidrs.Any(block => block.Contains(address)))
                refused.Add($"address {address}: neither the Host document nor a --cidr of the token grants it");
            else if (AddressOwners.Of(state).Find(address, key) is { } owner)
                refused.Add($"address {address}: {owner.Kind} {owner.QualifiedName} has it");
            else
                addresses.Add(address);
        }

        return new(said with { Labels = labels, Addresses = addresses.ToEquatableArray() }, refused.ToEquatableArray());
    }
}
