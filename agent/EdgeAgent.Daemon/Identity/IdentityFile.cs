using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>What this host keeps of its enrolment.</summary>
/// <param name="Credentials">Who it is.</param>
/// <param name="Obtained">When the certificate came, by this host's clock.</param>
/// <param name="Life">How long it lives from then.</param>
/// <param name="Token">Digest of the token that it enrolled with, which is of no more use to it.</param>
internal sealed record KeptIdentity(HostCredentials Credentials, DateTimeOffset Obtained, TimeSpan Life, Digest Token)
{
    /// <summary>When the next certificate is asked for: at two thirds of the life, by the time that passed since it began and not by dates, which skewed clocks disagree about.</summary>
    internal DateTimeOffset RenewalDue => Obtained + (Life * 2 / 3);

    /// <summary>When it ends, by this host's clock.</summary>
    internal DateTimeOffset End => Obtained + Life;
}

/// <summary>
/// The identity on disk: one file that only the agent reads, with the key, the certificate and the authorities in PEM after a line of
/// dates, so that the key and its certificate are replaced as one.
/// </summary>
internal sealed class IdentityFile(StateDirectory directory, IDurableFiles files)
{
    private const string Header = "edgeagent identity 1";

    /// <summary>Keeps an identity.</summary>
    /// <exception cref="IOException">The disk is full or broken; what was kept before is still kept.</exception>
    internal void Keep(KeptIdentity identity)
    {
        // The purge forgot it while this agent ran.
        if (File.Exists(directory.PurgeMark))
            return;
        var certificate = identity.Credentials.Certificate;
        using var key = certificate.GetECDsaPrivateKey();
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{Header}\nobtained {identity.Obtained:O}\nlife {identity.Life.TotalSeconds:0.###}\ntoken {identity.Token}\n")
            .Append(key!.ExportPkcs8PrivateKeyPem()).Append('\n')
            .Append(certificate.ExportCertificatePem()).Append('\n');
        foreach (var authority in identity.Credentials.Authorities)
            text.Append(authority.ExportCertificatePem()).Append('\n');
        files.Replace(directory.Identity, Encoding.ASCII.GetBytes(text.ToString()));
        files.Forget(directory.EnrolmentKey);
    }

    /// <summary>The identity on disk; null for none.</summary>
    /// <exception cref="IdentityException">The file is not what was written.</exception>
    internal KeptIdentity? Load()
    {
        string text;
        try
        {
            text = File.ReadAllText(directory.Identity);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IdentityException($"{directory.Identity}: {e.Message}");
        }

        try
        {
            return Parse(text);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or OverflowException or IndexOutOfRangeException)
        {
            throw new IdentityException($"{directory.Identity} is damaged: {e.Message.TrimEnd('.')}; expected what the agent wrote there, or no file and a new token");
        }
    }

    /// <summary>The key that an enrolment is, or was, tried with; made and kept if there is none, so that a lost answer can be asked for again.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    internal ECDsa EnrolmentKey()
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(directory.EnrolmentKey));
            return key;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or CryptographicException or ArgumentException)
        {
            key.Dispose();
        }

        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        files.Replace(directory.EnrolmentKey, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        return key;
    }

    private static KeptIdentity Parse(string text)
    {
        var lines = text.Split('\n', 5);
        if (lines is not [Header, var obtained, var life, var token, var pem] || !Digest.TryParse(Value(token, "token"), out var digest))
            throw new FormatException($"it does not begin as expected, with '{Header}'");
        X509Certificate2Collection certificates = [];
        certificates.ImportFromPem(pem);
        if (certificates.Count < 2)
            throw new FormatException($"{certificates.Count} certificates");
        var own = certificates[0];
        certificates.RemoveAt(0);
        using var key = ECDsa.Create();
        key.ImportFromPem(pem.AsSpan(0, pem.IndexOf("-----BEGIN CERTIFICATE", StringComparison.Ordinal)));
        return new(
            new HostCredentials(own.CopyWithPrivateKey(key), [], certificates),
            DateTimeOffset.ParseExact(Value(obtained, "obtained"), "O", CultureInfo.InvariantCulture, DateTimeStyles.None),
            TimeSpan.FromSeconds(double.Parse(Value(life, "life"), CultureInfo.InvariantCulture)),
            digest);
    }

    private static string Value(string line, string name) =>
        line.StartsWith(name + " ", StringComparison.Ordinal) ? line[(name.Length + 1)..] : throw new FormatException($"no '{name}'");
}
