using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Wire;

namespace EdgeAgent.Daemon;

/// <summary>
/// One TLS handshake with the control plane. Its certificate must come from our authorities and be its own; its time is held against a
/// clock that may be wrong by a day, since a host without network has no other.
/// </summary>
internal sealed class ServerTrust(X509Certificate2Collection authorities, SslStreamCertificateContext? own)
{
    private static readonly TimeSpan Skew = TimeSpan.FromDays(1);

    /// <summary>Why the control plane's certificate was refused; null for not.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>What the handshake is made with.</summary>
    internal SslClientAuthenticationOptions ToOptions() => new()
    {
        ClientCertificateContext = own,
        CertificateChainPolicy = OnlyAuthorities.ToPolicy(authorities, ignoreTime: true),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => (Refusal = Problem(certificate as X509Certificate2, chain, errors)) is null,
    };

    /// <summary>A handshake that accepts anybody, over which nothing but public facts may pass.</summary>
    [SuppressMessage("Security", "CA5359", Justification = "what comes over it is compared with the token's pin")]
    internal static SslClientAuthenticationOptions Nobody() => new() { RemoteCertificateValidationCallback = static (_, _, _, _) => true };

    private static string? Problem(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            return "it showed no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return $"its certificate does not come from the authority of this host ({string.Join(", ", chain?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? [])}); expected the control plane that this host enrolled with; if that has had another authority for long, this host needs a new token";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return "its certificate is for other names than the one it was called by; expected that name in tls.names of its configuration";
        var now = DateTime.UtcNow;
        var (begin, end) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return now < begin - Skew || now > end + Skew
            ? $"its certificate is good from {begin:u} to {end:u}, and the clock of this host says {now:u}; expected clocks that agree"
            : null;
    }
}
