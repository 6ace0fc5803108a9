using EdgeAgent.Wire;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>The names that certificates carry as their one URI (SPIFFE-ID, 2.1).</summary>
internal static class SpiffeId
{
    /// <summary><c>spiffe://trust-domain/ns/namespace/host/name</c>.</summary>
    public static string OfHost(string trustDomain, HostName host) => CertificateId.OfHost(trustDomain, host.Namespace, host.Name);

    /// <summary><c>spiffe://trust-domain/admin/name</c>.</summary>
    public static string OfAdministrator(string trustDomain, string name) => $"{AdministratorPrefix(trustDomain)}{name}";

    /// <summary>What the ids of administrators begin with.</summary>
    public static string AdministratorPrefix(string trustDomain) => $"spiffe://{trustDomain}/admin/";

    /// <summary>Reads the id of a host of the trust domain.</summary>
    public static bool TryReadHost(string id, string trustDomain, out HostName host)
    {
        host = default;
        if (!CertificateId.TryReadHost(id, out var domain, out var ns, out var name) || domain != trustDomain)
            return false;
        host = new(ns, name);
        return true;
    }
}
