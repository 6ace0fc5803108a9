using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// Signs what hosts are to enforce: one signature for each state, over the hash of all hosts' policies, and one for what hosts are served
/// that a rollout has not reached; each host is given its own part. Where the control plane runs without TLS nothing is signed.
/// </summary>
internal sealed partial class PolicySigner
{
    private readonly ServerCertificates? _certificates;
    private readonly string _trustDomain;
    private readonly long _epoch;
    private readonly Lock _signing = new();

    // One for each authority in use: of two the newest two.
    private volatile Signed[] _last = [];

    public PolicySigner(EpochTable epochs, ServerConfiguration configuration, TimeProvider time, ILogger<PolicySigner> logger, ServerCertificates? certificates = null)
    {
        (_certificates, _trustDomain, _epoch) = (certificates, configuration.TrustDomain, epochs.Current(time.GetUtcNow()));
        if (certificates is null)
            LogUnsigned(logger);
    }

    /// <summary>What is stated of a host that a state has; null where nothing is signed.</summary>
    /// <param name="newest">The newest state.</param>
    /// <param name="host">The host.</param>
    /// <param name="authority">The pin of the authority that issued the host's certificate, which the host knows for certain; none for the one that issues.</param>
    /// <param name="known">The signer's certificate that the host was sent last; replaced by another.</param>
    public Statement? StatementOf(FleetState newest, HostName host, Digest authority, ref ByteString? known)
    {
        if (_certificates is null)
            return null;
        var served = newest.For(host);
        var signed = SignedAt(newest, _certificates.SignerOf(authority));
        var proof = served.Tree.ProofOf(host.ToString()) ?? throw new InvalidOperationException($"{host} has a policy at revision {served.Revision} which is not in the tree that is signed");
        var isNew = !ReferenceEquals(known, signed.Signer);
        known = signed.Signer;
        return new()
        {
            Epoch = _epoch,
            AsOf = newest.Revision.Number,
            Group = proof.Group,
            HostPath = UnsafeByteOperations.UnsafeWrap(proof.HostPath),
            GroupPath = UnsafeByteOperations.UnsafeWrap(proof.GroupPath),
            Signature = ReferenceEquals(served, newest) ? signed.OfNewest : signed.OfHeld!,
            Signer = isNew ? signed.Signer : ByteString.Empty,
        };
    }

    // Whoever asks first for a state signs it for all hosts; by another certificate it is signed anew.
    private Signed SignedAt(FleetState newest, X509Certificate2 certificate) => Find(newest, certificate) ?? SignAnew(newest, certificate);

    private Signed? Find(FleetState newest, X509Certificate2 certificate)
    {
        foreach (var signed in _last)
        {
            if (signed.Is(newest, certificate))
                return signed;
        }

        return null;
    }

    private Signed SignAnew(FleetState newest, X509Certificate2 certificate)
    {
        lock (_signing)
        {
            if (Find(newest, certificate) is { } other)
                return other;
            var signer = _last.FirstOrDefault(signed => ReferenceEquals(signed.Certificate, certificate))?.Signer ?? ByteString.CopyFrom(certificate.RawData);
            using var key = certificate.GetECDsaPrivateKey()!;
            var made = new Signed(newest, certificate, signer, Sign(key, newest.Revision, newest), newest.Rollout is { } rollout ? Sign(key, newest.Revision, rollout.Base) : null);
            _last = [made, .. _last.Where(signed => !ReferenceEquals(signed.Certificate, certificate)).Take(1)];
            return made;
        }
    }

    private ByteString Sign(ECDsa key, Revision asOf, FleetState served) =>
        ByteString.CopyFrom(key.SignData(RevisionSignature.Content(_trustDomain, _epoch, asOf, served.Revision, served.Tree.Root.Span), HashAlgorithmName.SHA256));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Policies are not signed, since this control plane runs without TLS: labs only")]
    private static partial void LogUnsigned(ILogger logger);

    private sealed record Signed(FleetState Newest, X509Certificate2 Certificate, ByteString Signer, ByteString OfNewest, ByteString? OfHeld)
    {
        public bool Is(FleetState newest, X509Certificate2 certificate) => ReferenceEquals(Newest, newest) && ReferenceEquals(Certificate, certificate);
    }
}
