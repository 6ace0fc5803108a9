using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Daemon;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// Enrols a fleet in the store of a control plane that does not run: by the decisions and with the authority that the call to enrol uses,
/// each host with a key, a certificate and an identity of its own. The call itself lets in 50 hosts a second from one address.
/// </summary>
internal static class EnrolledFleet
{
    /// <summary>The namespace of all hosts.</summary>
    public const string Namespace = "load";

    /// <summary>How many applications the hosts are of.</summary>
    public const int Applications = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The application of a host; the first host has one of its own.</summary>
    public static string ApplicationOf(int number) => number == 0 ? "alone" : $"app-{number % Applications}";

    /// <summary>The name of a host.</summary>
    public static string NameOf(int number) => $"host-{number}";

    /// <summary>The machine of a host.</summary>
    public static string MachineOf(int number) => $"machine-{number}";

    /// <summary>The credentials of each host.</summary>
    public static HostCredentials[] Enrol(string dataDirectory, int hosts)
    {
        // In memory first: ten thousand commits to a disk take minutes.
        var quick = Directory.CreateDirectory(Path.Combine("/dev/shm", $"edgeagent-load-{Environment.ProcessId}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var credentials = EnrolIn(quick.FullName, hosts);
            Directory.CreateDirectory(dataDirectory, quick.UnixFileMode);
            foreach (var file in quick.EnumerateFiles())
                file.CopyTo(Path.Combine(dataDirectory, file.Name));
            return credentials;
        }
        finally
        {
            quick.Delete(recursive: true);
        }
    }

    private static HostCredentials[] EnrolIn(string dataDirectory, int hosts)
    {
        var now = DateTimeOffset.UtcNow;
        using var store = Store.Open(dataDirectory, 0);
        using var authority = AuthorityFile.LoadOrCreate(dataDirectory, now).Issuing;
        var root = X509CertificateLoader.LoadCertificate(authority.Certificate.RawData);
        var tokens = Enumerable.Range(0, hosts).Select(ApplicationOf).Distinct().ToDictionary(
            application => application,
            application => store.Tokens.Create(new(Namespace, "", [new("app", application)], [Cidr.Parse("10.0.0.0/8")]), hosts, now, now + Lifetime, "load").Secret,
            StringComparer.Ordinal);
        return [.. Enumerable.Range(0, hosts).Select(number => Enrol(store, authority, root, tokens[ApplicationOf(number)], number, now))];
    }

    private static HostCredentials Enrol(Store store, CertificateAuthority authority, X509Certificate2 root, string token, int number, DateTimeOffset now)
    {
        using var key = CertificateAuthority.NewKey();
        var (host, serial, end) = (new HostName(Namespace, NameOf(number)), CertificateAuthority.NewSerial(), now + Lifetime);
        var application = new EnrolmentApplication(host.Namespace, host.Name, MachineOf(number), Digest.Of(key.ExportSubjectPublicKeyInfo()), Convert.ToHexString(serial), end);
        store.Enrolments.Enrol(token, (stored, present) => EnrolmentDecision.Decide(stored, application, present, _ => false, now));
        using var issued = authority.IssueClient(new PublicKey(key), SpiffeId.OfHost("cluster.local", host), serial, now, Lifetime);
        return new(issued.CopyWithPrivateKey(key), [], [root]);
    }
}
