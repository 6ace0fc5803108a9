using System.Security.Cryptography;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Credentials that the operator issues, and renews, in files.</summary>
internal sealed class FileCredentials(CredentialFiles files, EventQueue clock) : ICredentialSource
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private DateTime _read;

    public Task<HostCredentials> ObtainAsync(ControlPlaneWay way, CancellationToken cancellation)
    {
        try
        {
            _read = Written();
            return Task.FromResult(HostCredentials.FromPem(File.ReadAllText(files.Certificate), File.ReadAllText(files.Key), File.ReadAllText(files.Authorities)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new IdentityException($"{files.Certificate}, {files.Key}, {files.Authorities}: {e.Message.TrimEnd('.')}; expected this host's certificate, its key and the authorities in PEM");
        }
    }

    public async Task RenewedAsync(Wire.V1.AgentService.AgentServiceClient open, CancellationToken cancellation)
    {
        while (Written() == _read)
            await Task.Delay(Look, clock.Time, cancellation).ConfigureAwait(false);
    }

    public void Refused()
    {
    }

    private DateTime Written()
    {
        var (certificate, key) = (File.GetLastWriteTimeUtc(files.Certificate), File.GetLastWriteTimeUtc(files.Key));
        return certificate > key ? certificate : key;
    }
}
