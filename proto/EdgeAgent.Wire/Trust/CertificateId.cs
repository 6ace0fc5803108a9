using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.Wire;

/// <summary>The SPIFFE id that a certificate carries as its one URI (X509-SVID, 2), and the host that it names.</summary>
public static class CertificateId
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string Scheme = "spiffe://";

    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The SPIFFE id of a certificate; false unless it has exactly one URI and that is one.</summary>
    public static bool TryRead(X509Certificate2 certificate, [NotNullWhen(true)] out string? id)
    {
        ArgumentNullException.ThrowIfNull(certificate);
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

        return id?.StartsWith(Scheme, StringComparison.Ordinal) == true;
    }

    /// <summary>The id of a host: <c>spiffe://trust-domain/ns/namespace/host/name</c>.</summary>
    public static string OfHost(string trustDomain, string ns, string name) => $"{Scheme}{trustDomain}/ns/{ns}/host/{name}";

    /// <summary>Reads what <see cref="OfHost"/> writes.</summary>
    public static bool TryReadHost(string id, [NotNullWhen(true)] out string? trustDomain, [NotNullWhen(true)] out string? ns, [NotNullWhen(true)] out string? name)
    {
        ArgumentNullException.ThrowIfNull(id);
        (trustDomain, ns, name) = (null, null, null);
        if (!id.StartsWith(Scheme, StringComparison.Ordinal) || id[Scheme.Length..].Split('/') is not [{ Length: > 0 } domain, "ns", { Length: > 0 } space, "host", { Length: > 0 } host])
            return false;
        (trustDomain, ns, name) = (domain, space, host);
        return true;
    }
}
