using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>An authority that is in use.</summary>
/// <param name="Authority">The authority.</param>
/// <param name="EncryptedKey">Its key as it is kept, in PEM.</param>
/// <param name="Cross">What the one before says of it, what the one before that said of that one, and so on, and last the certificate of the oldest: shows the way to those who know one of these alone. Empty for the only one that there ever was.</param>
/// <param name="TrustedSince">The version of the set from which on hosts are told to trust it.</param>
/// <param name="IssuingSince">The version from which on it issues, or last issued; 0 for one that has not yet.</param>
internal sealed record AuthorityMember(
    CertificateAuthority Authority, string EncryptedKey, EquatableArray<X509Certificate2> Cross, long TrustedSince, long IssuingSince);

/// <summary>An authority of which nothing is accepted any more. Its key is gone; it is known so that who comes with its certificates is told why.</summary>
/// <param name="Certificate">Its certificate.</param>
/// <param name="Since">The version of the set without it.</param>
internal sealed record RetiredAuthority(X509Certificate2 Certificate, long Since);

/// <summary>A step that a set of authorities is not ready for: says why, and what was expected.</summary>
internal sealed class AuthorityStepException(string message) : Exception(message);

/// <summary>
/// The embedded authorities at one time, one or two: the first issues, and what either issued is believed. Each step makes the set's next
/// version, and hosts are known by the version that came with their certificate. Never changed.
/// </summary>
internal sealed class AuthoritySet(long version, EquatableArray<AuthorityMember> members, EquatableArray<RetiredAuthority> retired)
{
    // Each handshake carries what leads back to authorities of before, some 500 bytes for each.
    private const int LongestWayBack = 4;

    // By the certificate of a connection, which lives as long as that.
    private readonly ConditionalWeakTable<X509Certificate2, Origin> _origins = [];

    /// <summary>Counts the steps.</summary>
    public long Version { get; } = version;

    /// <summary>The authorities in use, the one that issues first.</summary>
    public EquatableArray<AuthorityMember> Members { get; } = members;

    /// <summary>Those that are not any more, the newest last.</summary>
    public EquatableArray<RetiredAuthority> Retired { get; } = retired;

    /// <summary>The one that issues.</summary>
    public CertificateAuthority Issuing => Members[0].Authority;

    /// <summary>The other one, which is to issue next or did before; null for none.</summary>
    public AuthorityMember? Other => Members.Count > 1 ? Members[1] : null;

    /// <summary>Whether the other one is yet to issue.</summary>
    public bool IsOtherNext => Other is { } other && other.TrustedSince > Members[0].IssuingSince;

    /// <summary>Whose certificates callers may show; what is made of those of a retired one is decided per call.</summary>
    public X509Certificate2Collection Recognized { get; } = [.. members.Select(member => member.Authority.Certificate), .. retired.Select(gone => gone.Certificate)];

    /// <summary>The first set, of one authority.</summary>
    public static AuthoritySet First(CertificateAuthority authority, string encryptedKey) => new(1, [new(authority, encryptedKey, [], 1, 1)], []);

    /// <summary>Adds an authority that hosts are to trust before it issues.</summary>
    /// <exception cref="AuthorityStepException">There are two.</exception>
    public AuthoritySet WithNext(CertificateAuthority next, string encryptedKey) => Other is null
        ? new(Version + 1, [Members[0], new(next, encryptedKey, WayBackFrom(next), Version + 1, 0)], Retired)
        : throw new AuthorityStepException("there are two authorities; expected one of them to be retired first");

    /// <summary>Lets the other authority issue.</summary>
    /// <exception cref="AuthorityStepException">There is none.</exception>
    public AuthoritySet WithOtherIssuing() => Other is { } other
        ? new(Version + 1, [other with { IssuingSince = Version + 1 }, Members[0] with { Cross = [other.Authority.VouchFor(Issuing), other.Authority.Certificate] }], Retired)
        : throw new AuthorityStepException("there is one authority, which issues; expected another one to be prepared first");

    /// <summary>Accepts nothing of the other authority any more.</summary>
    /// <exception cref="AuthorityStepException">There is none.</exception>
    public AuthoritySet WithoutOther() => Other is { } other
        ? new(Version + 1, [Members[0]], Retired.Append(new(other.Authority.Certificate, Version + 1)).ToEquatableArray())
        : throw new AuthorityStepException("there is one authority, which issues; expected two");

    /// <summary>The authority in use that issued a certificate which <see cref="Recognized"/> let in; null for none.</summary>
    public CertificateAuthority? IssuerOf(X509Certificate2 certificate) =>
        Recognized.Count == 1 ? Issuing : _origins.GetValue(certificate, Find).Issuer;

    /// <summary>Whether it is of the same authorities as another of its version.</summary>
    public bool IsSameAs(AuthoritySet other) =>
        Version == other.Version && Members.Select(member => member.Authority.Pin).SequenceEqual(other.Members.Select(member => member.Authority.Pin));

    // A host that was away while authorities came and went knows one of before alone. It is shown whom it talks to, so that it is told that it
    // needs a new token, and does not have to take the control plane for somebody else.
    private EquatableArray<X509Certificate2> WayBackFrom(CertificateAuthority next)
    {
        X509Certificate2[] back = [Issuing.VouchFor(next), .. Members[0].Cross.Take(Members[0].Cross.Count - 1).Take(LongestWayBack - 1)];
        var oldest = back[^1].Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single().KeyIdentifier!.Value;
        return [.. back, Recognized.First(known => known.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.Span.SequenceEqual(oldest.Span))];
    }

    private Origin Find(X509Certificate2 certificate)
    {
        foreach (var member in Members)
        {
            using var chain = new X509Chain { ChainPolicy = OnlyAuthorities.ToPolicy([member.Authority.Certificate], ignoreTime: true) };
            if (chain.Build(certificate))
                return new(member.Authority);
        }

        return new(null);
    }

    private sealed record Origin(CertificateAuthority? Issuer);
}
