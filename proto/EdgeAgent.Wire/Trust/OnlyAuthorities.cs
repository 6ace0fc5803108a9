using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.Wire;

/// <summary>
/// How either end of a channel judges the other's certificate: it leads to an authority that was named, never to one that the machine happens
/// to trust, and nothing is fetched for it.
/// </summary>
public static class OnlyAuthorities
{
    /// <summary>The policy of one handshake. What is revoked, is known to the control plane alone, which looks at it for each call.</summary>
    /// <param name="authorities">The only roots.</param>
    /// <param name="ignoreTime">Whether the caller judges the time itself, by a clock of its own or with words of its own.</param>
    public static X509ChainPolicy ToPolicy(X509Certificate2Collection authorities, bool ignoreTime)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationFlags = ignoreTime ? X509VerificationFlags.IgnoreNotTimeValid : X509VerificationFlags.NoFlag,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
