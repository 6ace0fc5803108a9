using System.Security.Cryptography;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Credentials that the operator issues, and renews, in files.</summary>
internal sealed class FileCredentials : ICredentialSource
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly CredentialFiles _files;
    private readonly EventQueue _clock;
    private DateTime _read;

    public FileCredentials(CredentialFiles files, HostIdentity identity, EventQueue clock)
    {
        (_files, _clock) = (files, clock);
        try
        {
            // The policy on disk is proven by them.
            identity.Take(Read());
        }
        catch (IdentityException)
        {
            // The first attempt to connect says so.
        }
    }

    public Task<HostCredentials> ObtainAsync(ControlPlaneWay way, CancellationToken cancellation) => Task.FromResult(Read());

    public async Task RenewedAsync(Wire.V1.AgentService.AgentServiceClient open, CancellationToken cancellation)
    {
        while (Written() == _read)
            await Task.Delay(Look, _clock.Time, cancellation).ConfigureAwait(false);
    }

    public void RenewWithin(TimeSpan span)
    {
        // The operator renews them.
    }

    public void Refused()
    {
    }

    private HostCredentials Read()
    {
        try
        {
            _read = Written();
            return HostCredentials.FromPem(File.ReadAllText(_files.Certificate), File.ReadAllText(_files.Key), File.ReadAllText(_files.Authorities));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new IdentityException($"{_files.Certificate}, {_files.Key}, {_files.Authorities}: {e.Message.TrimEnd('.')}; expected this host's certificate, its key and the authorities in PEM");
        }
    }

    private DateTime Written()
    {
        var (certificate, key) = (File.GetLastWriteTimeUtc(_files.Certificate), File.GetLastWriteTimeUtc(_files.Key));
        return certificate > key ? certificate : key;
    }
}
