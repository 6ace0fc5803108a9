using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using Google.Protobuf;

namespace EdgeAgent.Daemon;

/// <summary>
/// Tells whether a policy is the control plane's word for this host, and its newest: by signature and not by the connection that it came
/// over, so that whoever merely holds a server's certificate, or the disk, cannot make the host enforce anything. Where the control plane
/// runs without TLS nothing is signed, and all is believed.
/// </summary>
internal sealed class PolicyTrust(AgentOptions options, HostIdentity identity, StateDirectory directory)
{
    private static readonly TimeSpan Skew = TimeSpan.FromDays(1);

    private Signer? _signer;
    private (long Epoch, long AsOf) _newest;

    /// <summary>Whether policies are signed here.</summary>
    internal bool IsRequired { get; } = options.ControlPlanes[0].Scheme == Uri.UriSchemeHttps;

    /// <summary>Why a policy that was sent is not believed; null for one that is, which none before it may follow any more.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="isOlder">Whether it is the control plane's word, but not the newest that this host knows.</param>
    internal string? ObjectionToSent(PolicyVersion policy, out bool isOlder)
    {
        isOlder = false;
        if (!IsRequired)
            return null;
        if (policy.Statement is not { } statement)
            return Unsigned(policy);
        if (ObjectionTo(statement, policy, atAnyTime: false) is { } objection)
            return objection;
        isOlder = Age(statement).CompareTo(_newest) < 0;
        if (isOlder)
            return $"{policy} is older than what this host had (as of revision {statement.AsOf} of epoch {statement.Epoch}, after revision {_newest.AsOf} of epoch {_newest.Epoch}); expected what is newer (a control plane that was restored from a backup needs a new epoch: edgecontrol epoch --raise)";
        _newest = Age(statement);
        return null;
    }

    /// <summary>
    /// Why a policy from this host's disk is not believed; null for one that is. None before it may follow any more. One without signature
    /// is believed as long as the host never had one with: an agent from before there were signatures kept it.
    /// </summary>
    internal string? ObjectionToKept(PolicyVersion policy)
    {
        if (!IsRequired)
            return null;
        if (policy.Statement is not { } statement)
            return File.Exists(directory.SignedMark) ? Unsigned(policy) : null;
        if (ObjectionTo(statement, policy, atAnyTime: true) is { } objection)
            return objection;
        if (Age(statement).CompareTo(_newest) > 0)
            _newest = Age(statement);
        return null;
    }

    private static (long Epoch, long AsOf) Age(Wire.V1.Statement statement) => (statement.Epoch, statement.AsOf);

    private static string Unsigned(PolicyVersion policy) => $"{policy} is not signed; expected a statement of the control plane about it";

    private string? ObjectionTo(Wire.V1.Statement statement, PolicyVersion policy, bool atAnyTime)
    {
        if (identity.Credentials is not { } own)
            return $"{policy} cannot be proven: this host has no identity, so that it knows no authority; expected one from its enrolment";
        CertificateId.TryReadHost(own.Id, out var trustDomain, out _, out _);
        if (SignerProblem(statement.Signer, own, trustDomain!, atAnyTime) is { } problem)
            return $"{policy} is signed by somebody else: {problem}";
        var host = $"{own.Namespace}/{own.Name}";
        return new PolicyProof(statement.Group, statement.HostPath.Memory, statement.GroupPath.Memory).RootOf(host, policy.Digest) is { } root
            && _signer!.Key.VerifyData(RevisionSignature.Content(trustDomain!, statement.Epoch, new(statement.AsOf), policy.Revision, root), statement.Signature.Span, HashAlgorithmName.SHA256)
            ? null
            : $"{policy} is not what the control plane signed for {host} at this revision";
    }

    private string? SignerProblem(ByteString bytes, HostCredentials own, string trustDomain, bool atAnyTime)
    {
        if (_signer is not { } known || !ReferenceEquals(known.Authorities, own.Authorities) || !known.Bytes.Equals(bytes))
        {
            try
            {
                using var certificate = X509CertificateLoader.LoadCertificate(bytes.Span);
                if (OriginProblem(certificate, own, trustDomain) is { } problem)
                    return problem;
                if (certificate.GetECDsaPublicKey() is not { } key)
                    return "its key is no ECDSA key";
                _signer?.Key.Dispose();
                _signer = known = new(bytes, own.Authorities, key, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
            }
            catch (CryptographicException e)
            {
                return $"its certificate cannot be read ({e.Message.TrimEnd('.')})";
            }
        }

        var now = DateTime.UtcNow;
        return atAnyTime || (now >= known.Begin - Skew && now <= known.End + Skew) ? null : $"its certificate is good from {known.Begin:u} to {known.End:u}, and the clock of this host says {now:u}";
    }

    private static string? OriginProblem(X509Certificate2 certificate, HostCredentials own, string trustDomain)
    {
        var expected = RevisionSignature.SignerOf(trustDomain);
        if (!CertificateId.TryRead(certificate, out var id) || id != expected)
            return $"its certificate is for '{id ?? certificate.Subject}'; expected {expected}";
        using var chain = new X509Chain { ChainPolicy = OnlyAuthorities.ToPolicy(own.Authorities, ignoreTime: true) };
        return chain.Build(certificate)
            ? null
            : $"its certificate does not come from the authority of this host ({string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()))})";
    }

    /// <summary>Who signed last, proven but for the time.</summary>
    private sealed record Signer(ByteString Bytes, X509Certificate2Collection Authorities, ECDsa Key, DateTime Begin, DateTime End);
}
