using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>A set of authorities as it is kept, in the data directory and in the store: JSON, with PEM as text and keys encrypted.</summary>
internal sealed record AuthorityDocument
{
    /// <summary>The version of the set.</summary>
    public required long Version { get; init; }

    /// <summary>The authorities in use, the one that issues first.</summary>
    public required IReadOnlyList<KeptAuthority> Authorities { get; init; }

    /// <summary>Those that are not any more.</summary>
    public IReadOnlyList<KeptRetirement> Retired { get; init; } = [];

    /// <summary>Writes a set.</summary>
    public static string Write(AuthoritySet set) => JsonSerializer.Serialize(
        new AuthorityDocument
        {
            Version = set.Version,
            Authorities = [.. set.Members.Select(member => new KeptAuthority
            {
                Certificate = member.Authority.Certificate.ExportCertificatePem(),
                Key = member.EncryptedKey,
                Cross = [.. member.Cross.Select(certificate => certificate.ExportCertificatePem())],
                TrustedSince = member.TrustedSince,
                IssuingSince = member.IssuingSince,
            })],
            Retired = [.. set.Retired.Select(gone => new KeptRetirement { Certificate = gone.Certificate.ExportCertificatePem(), Since = gone.Since })],
        },
        AuthorityJson.Default.AuthorityDocument) + "\n";

    /// <summary>Reads a set.</summary>
    /// <param name="text">What <see cref="Write"/> wrote.</param>
    /// <param name="where">What errors call it.</param>
    /// <param name="protection">Opens the keys.</param>
    /// <exception cref="ConfigurationException">It is not that, or the keys do not open.</exception>
    public static AuthoritySet Read(string text, string where, KeyProtection protection)
    {
        try
        {
            var document = JsonSerializer.Deserialize(text, AuthorityJson.Default.AuthorityDocument);
            if (document is not { Version: > 0, Authorities.Count: 1 or 2 })
                throw new ConfigurationException($"{where}: no authorities; expected a version, and one or two of them");
            return new(
                document.Version,
                document.Authorities.Select(kept => new AuthorityMember(
                    CertificateAuthority.Of(X509Certificate2.CreateFromPem(kept.Certificate), protection.Decrypt(kept.Key, where)),
                    kept.Key,
                    kept.Cross.Select(pem => X509Certificate2.CreateFromPem(pem)).ToEquatableArray(),
                    kept.TrustedSince,
                    kept.IssuingSince)).ToEquatableArray(),
                document.Retired.Select(gone => new RetiredAuthority(X509Certificate2.CreateFromPem(gone.Certificate), gone.Since)).ToEquatableArray());
        }
        catch (Exception e) when (e is JsonException or CryptographicException)
        {
            throw new ConfigurationException($"{where}: {e.Message.TrimEnd('.')} (expected the authorities as edgecontrol wrote them)");
        }
    }
}

/// <summary>An authority in use.</summary>
internal sealed record KeptAuthority
{
    /// <summary>Its certificate.</summary>
    public required string Certificate { get; init; }

    /// <summary>Its key, PKCS#8, encrypted.</summary>
    public required string Key { get; init; }

    /// <summary>What leads to it from authorities of before, as in <see cref="AuthorityMember"/>.</summary>
    public IReadOnlyList<string> Cross { get; init; } = [];

    /// <summary>The version from which on hosts are told to trust it.</summary>
    public required long TrustedSince { get; init; }

    /// <summary>The version from which on it issues, or last issued.</summary>
    public required long IssuingSince { get; init; }
}

/// <summary>An authority that is not in use any more.</summary>
internal sealed record KeptRetirement
{
    /// <summary>Its certificate.</summary>
    public required string Certificate { get; init; }

    /// <summary>The version without it.</summary>
    public required long Since { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, WriteIndented = true)]
[JsonSerializable(typeof(AuthorityDocument))]
internal sealed partial class AuthorityJson : JsonSerializerContext;
