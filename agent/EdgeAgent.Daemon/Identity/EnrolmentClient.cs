using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using static EdgeAgent.Wire.V1.AgentService;

namespace EdgeAgent.Daemon;

/// <summary>Asks the control plane for certificates. The key never leaves the host: what is sent is a request that it signed.</summary>
internal static class EnrolmentClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Exchanges a token for the first certificate.</summary>
    /// <param name="way">The way to the control plane.</param>
    /// <param name="token">The token.</param>
    /// <param name="host">Who this host wants to be.</param>
    /// <param name="key">Its key.</param>
    /// <param name="now">The present by this host's clock.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="IdentityException">The control plane is not the one that the token is for, or its answer is not what was asked for.</exception>
    /// <exception cref="RpcException">It refused, or cannot be reached.</exception>
    internal static async Task<KeptIdentity> EnrolAsync(
        ControlPlaneWay way, EnrolmentToken token, Wire.V1.HostFacts host, ECDsa key, DateTimeOffset now, CancellationToken cancellation)
    {
        var authority = await DiscoverAsync(way, token, cancellation).ConfigureAwait(false);
        var trust = new ServerTrust([authority], null);
        using var channel = ControlPlaneChannel.Open(way, trust.ToOptions());
        var request = new EnrolRequest { Token = token.Secret, SigningRequest = SigningRequest(key), Facts = host };
        try
        {
            var response = await new AgentServiceClient(channel).EnrolAsync(request, deadline: DateTime.UtcNow + Patience, cancellationToken: cancellation).ConfigureAwait(false);
            return Read(response.Certificates, response.LifeTime, key, now, Digest.Of(token.Text));
        }
        catch (RpcException) when (trust.Refusal is { } refusal)
        {
            throw new IdentityException($"the control plane is not believed: {refusal}");
        }
    }

    /// <summary>Exchanges the present certificate, with which the connection was made, for the next one, of a new key.</summary>
    /// <exception cref="IdentityException">The answer is not what was asked for.</exception>
    /// <exception cref="RpcException">The control plane refused, or cannot be reached.</exception>
    internal static async Task<KeptIdentity> RenewAsync(AgentServiceClient open, Digest token, Func<DateTimeOffset> now, CancellationToken cancellation)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new RenewRequest { SigningRequest = SigningRequest(key) };
        var response = await open.RenewAsync(request, deadline: DateTime.UtcNow + Patience, cancellationToken: cancellation).ConfigureAwait(false);
        return Read(response.Certificates, response.LifeTime, key, now(), token);
    }

    private static async Task<X509Certificate2> DiscoverAsync(ControlPlaneWay way, EnrolmentToken token, CancellationToken cancellation)
    {
        // Nobody is believed yet: what comes over this channel counts only if it is what the token says.
        using var channel = ControlPlaneChannel.Open(way, ServerTrust.Nobody());
        var response = await new AgentServiceClient(channel).AuthoritiesAsync(new(), deadline: DateTime.UtcNow + Patience, cancellationToken: cancellation).ConfigureAwait(false);
        var found = new List<string>();
        foreach (var bytes in response.Certificates)
        {
            var authority = Certificate(bytes);
            var pin = Digest.Of(authority.PublicKey.ExportSubjectPublicKeyInfo());
            if (pin == token.Authority)
                return authority;
            found.Add(pin.Short);
        }

        throw new IdentityException(
            $"the token is for a control plane whose authority has the key {token.Authority.Short}, and {way.ControlPlane} has {(found.Count == 0 ? "none" : string.Join(", ", found))}: it is another one, or somebody is in between; the token was not sent");
    }

    private static KeptIdentity Read(RepeatedField<ByteString> certificates, Google.Protobuf.WellKnownTypes.Duration? life, ECDsa key, DateTimeOffset now, Digest token)
    {
        if (certificates.Count < 2 || life is null)
            throw new IdentityException($"the control plane answered with {certificates.Count} certificates; expected this host's and its authority's, with their life");
        X509Certificate2Collection authorities = [.. certificates.Skip(1).Select(Certificate)];
        using var issued = Certificate(certificates[0]);
        if (!issued.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
            throw new IdentityException("the control plane answered with a certificate of another key; expected one of this host's");
        return new(new(issued.CopyWithPrivateKey(key), [], authorities), now, life.ToTimeSpan(), token);
    }

    private static X509Certificate2 Certificate(ByteString bytes)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(bytes.Span);
        }
        catch (CryptographicException e)
        {
            throw new IdentityException($"the control plane answered with what is no certificate: {e.Message}");
        }
    }

    private static ByteString SigningRequest(ECDsa key) =>
        ByteString.CopyFrom(new CertificateRequest("CN=edgeagent", key, HashAlgorithmName.SHA256).CreateSigningRequest());
}
