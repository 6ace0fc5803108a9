namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Who a caller is, as far as it is proven.</summary>
/// <param name="Id">The SPIFFE id; empty for a caller without certificate.</param>
/// <param name="Host">The host that it is; null for none.</param>
/// <param name="IsAdministrator">Whether it may administer.</param>
internal sealed record PeerIdentity(string Id, HostName? Host, bool IsAdministrator);
