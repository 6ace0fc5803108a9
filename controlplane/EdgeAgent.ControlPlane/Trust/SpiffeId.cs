using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>The names that certificates carry as their one URI (SPIFFE-ID, 2.1; X509-SVID, 2).</summary>
internal static class SpiffeId
{
    private const string SubjectAlternativeName = "2.5.29.17";

    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary><c>spiffe://trust-domain/ns/namespace/host/name</c>.</summary>
    public static string OfHost(string trustDomain, HostName host) => $"spiffe://{trustDomain}/ns/{host.Namespace}/host/{host.Name}";

    /// <summary><c>spiffe://trust-domain/admin/name</c>.</summary>
    public static string OfAdministrator(string trustDomain, string name) => $"{AdministratorPrefix(trustDomain)}{name}";

    /// <summary>What the ids of administrators begin with.</summary>
    public static string AdministratorPrefix(string trustDomain) => $"spiffe://{trustDomain}/admin/";

    /// <summary>Reads the id of a host of the trust domain.</summary>
    public static bool TryReadHost(string id, string trustDomain, out HostName host)
    {
        host = default;
        var prefix = $"spiffe://{trustDomain}/ns/";
        if (!id.StartsWith(prefix, StringComparison.Ordinal) || id[prefix.Length..].Split('/') is not [{ Length: > 0 } ns, "host", { Length: > 0 } name])
            return false;
        host = new(ns, name);
        return true;
    }

    /// <summary>The SPIFFE id of a certificate; false unless it has exactly one URI and that is one.</summary>
    public static bool TryReadFrom(X509Certificate2 certificate, [NotNullWhen(true)] out string? id)
    {
        id = null;
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension)
            return false;
        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (!names.PeekTag().HasSameClassAndValue(UriTag))
                    names.ReadEncodedValue();
                else if (id is not null)
                    return false;
                else
                    id = names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag);
            }
        }
        catch (AsnContentException)
        {
            return false;
        }

        return id?.StartsWith("spiffe://", StringComparison.Ordinal) == true;
    }
}
