using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>What is kept of the embedded authorities, and what comes of it after a crash or a restoration.</summary>
public sealed class AuthorityStateTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Whatever_the_steps_are_who_knows_one_authority_knows_the_server_and_what_is_kept_is_the_same()
    {
        Directory.CreateDirectory(_directory["data"]);
        var protection = KeyProtection.Open(_directory["data"], null, mayCreate: true);
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var set = AuthoritySet.First(CertificateAuthority.Create(Now, out var key), protection.Encrypt(key));
            for (var step = 0; step < 8; step++)
            {
                var before = set;
                try
                {
                    set = Step(set, random.Next(3), protection);
                    Assert.Equal(before.Version + 1, set.Version);
                }
                catch (AuthorityStepException)
                {
                }

                var read = AuthorityDocument.Read(AuthorityDocument.Write(set), "test", protection);
                Assert.True(read.IsSameAs(set));
                Assert.Equal(AuthorityDocument.Write(set), AuthorityDocument.Write(read));
                using var server = set.Issuing.IssueServer(["server"], Now, TimeSpan.FromDays(1));
                foreach (var member in set.Members)
                {
                    // Nobody knows one alone that never issued.
                    Assert.True(member.IssuingSince == 0 || IsKnown(server, set.Members[0].Cross, member.Authority.Certificate), $"seed {seed}, step {step}");
                    using var host = Client(member.Authority);
                    Assert.Same(member.Authority, set.IssuerOf(host));
                }

                foreach (var gone in set.Retired)
                    Assert.DoesNotContain(set.Members, member => member.Authority.Pin == CertificateAuthority.PinOf(gone.Certificate));
                foreach (var member in before.Members.Where(member => !set.Members.Any(now => now.Authority.Pin == member.Authority.Pin)))
                {
                    using var host = Client(member.Authority);
                    Assert.Null(set.IssuerOf(host));
                }
            }
        }
    }

    [Fact]
    public void A_crash_between_the_store_and_the_files_is_made_good_at_the_next_start()
    {
        var before = Files();
        var prepared = Stepped(0);
        PutBack(before);
        Assert.Equal(Versions(prepared), Versions(Reopened()));
        Assert.Equal(2, Keys());

        var twoKeys = Files();
        Stepped(1);
        var retired = Stepped(2);
        PutBack(twoKeys);
        Assert.Equal(Versions(retired), Versions(Reopened()));

        // The key of the one that is retired is nowhere any more.
        Assert.Equal(1, Keys());
        Assert.Equal(retired.Issuing.Certificate.ExportCertificatePem(), File.ReadAllText(_directory["data/ca.pem"]));
    }

    [Fact]
    public void A_store_that_is_restored_from_a_backup_takes_no_authority_away()
    {
        using (var store = Store.Open(_directory["data"], 0))
            Open(store);
        SqliteFile.Copy(_directory["data"], _directory["backup"]);
        Stepped(0);
        var activated = Stepped(1);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(_directory["data"], "edgecontrol.db*"))
            File.Delete(file);
        File.Copy(_directory["backup"], _directory["data/edgecontrol.db"]);
        Assert.Equal(Versions(activated), Versions(Reopened()));
        using var restored = Store.Open(_directory["data"], 0);
        Assert.Equal(activated.Version, restored.Authorities.Find()!.Version);
    }

    [Fact]
    public void Files_of_before_there_could_be_two_are_taken_over()
    {
        Directory.CreateDirectory(_directory["data"]);
        using var authority = CertificateAuthority.Create(Now, out var key);
        File.WriteAllText(_directory["data/ca.pem"], authority.Certificate.ExportCertificatePem());
        File.WriteAllText(_directory["data/ca.secret"], "secret\n");
        File.WriteAllText(_directory["data/ca.key"], key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        Assert.Equal(authority.Pin, Reopened().Issuing.Pin);
        Assert.Equal(authority.Pin, Reopened().Issuing.Pin);
        Assert.Equal(1, Keys());
    }

    [Theory]
    [InlineData("UPDATE authorities SET document = replace(document, '\"trustedSince\": 1', '\"trustedSince\": 0')")]
    [InlineData("UPDATE authorities SET version = 7")]
    [InlineData("UPDATE authorities SET seal = x'00'")]
    public void Who_can_write_the_store_alone_makes_no_authority(string tampering)
    {
        Reopened();
        using (var connection = new SqliteConnection($"Data Source={_directory["data/edgecontrol.db"]};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = tampering;
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        Assert.Contains("not of a control plane with this data directory", Assert.Throws<ConfigurationException>(Reopened).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_directory_on_the_same_store_needs_its_secret_and_then_needs_nothing_else()
    {
        var first = Stepped(0);
        Directory.CreateDirectory(_directory["other"]);
        using var store = Store.Open(_directory["data"], 0);
        Assert.Contains("ca.secret", Assert.Throws<ConfigurationException>(() => Open(store, "other")).Message, StringComparison.Ordinal);
        AuthorityFile.LoadOrCreate(_directory["other"], Now);
        Assert.Contains("--forget", Assert.Throws<ConfigurationException>(() => Open(store, "other")).Message, StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(_directory["other"]))
            File.Delete(file);
        File.Copy(_directory["data/ca.secret"], _directory["other/ca.secret"]);
        var second = Open(store, "other");
        Assert.Equal(Versions(first), Versions(second.Current));

        // One follows what the other does.
        var one = Open(store);
        Step(one, 1);
        second.Follow();
        Assert.Equal(Versions(one.Current), Versions(second.Current));

        Assert.True(store.Authorities.Forget(Now));
        Assert.False(store.Authorities.Forget(Now));
        second.Follow();
        Assert.Equal(one.Current.Version, store.Authorities.Find()!.Version);
    }

    [Fact]
    public void A_host_counts_by_what_it_has_shown_to_have()
    {
        using var store = Store.Open(_directory["data"], 0);
        var host = new HostName("default", "a");
        var (secret, id) = store.Tokens.Create(new("default", "a", [], []), 1, Now, Now.AddHours(1), "ada");
        store.Enrolments.Enrol(secret, (_, _) => (new(host, new("default", "a", [], []), id, "machine", default, "01", "", Now, Now.AddDays(1), false, "") { Authorities = 3 }, true));
        Assert.Equal(3, Standing());
        Assert.True(store.Enrolments.Renew(host, "01", "02", Now.AddDays(1), 4));
        Assert.True(store.Enrolments.Renew(host, "01", "03", Now.AddDays(1), 5));
        Assert.Equal(3, Standing());
        store.Enrolments.Settle(host, "03");
        Assert.Equal(5, Standing());
        Assert.Empty(store.Authorities.Standings(Now.AddDays(2)));
        store.Enrolments.Revoke(host, "stolen", Now, "ada");
        Assert.Empty(store.Authorities.Standings(Now));

        long Standing() => store.Authorities.Standings(Now).Single().Version;
    }

    private static AuthoritySet Step(AuthoritySet set, int which, KeyProtection protection)
    {
        if (which == 1)
            return set.WithOtherIssuing();
        if (which == 2)
            return set.WithoutOther();
        var next = CertificateAuthority.Create(Now, out var key);
        return set.WithNext(next, protection.Encrypt(key));
    }

    private static AuthoritySet Step(Authorities authorities, int which) =>
        authorities.Step((set, protection) => Step(set, which, protection), _ => 0, Now, (_, _, _) => new(Now, "test", "step", "", ""));

    private static bool IsKnown(X509Certificate2 server, IEnumerable<X509Certificate2> cross, X509Certificate2 authority)
    {
        using var chain = new X509Chain { ChainPolicy = OnlyAuthorities.ToPolicy([authority], ignoreTime: false) };

        // What the server sends along, and nothing else.
        using var usable = X509CertificateLoader.LoadPkcs12(server.Export(X509ContentType.Pkcs12), null);
        chain.ChainPolicy.ExtraStore.AddRange(SslStreamCertificateContext.Create(usable, [.. cross], offline: true).IntermediateCertificates.ToArray());
        return chain.Build(server);
    }

    private static X509Certificate2 Client(CertificateAuthority authority)
    {
        using var key = CertificateAuthority.NewKey();
        return authority.IssueClient(new PublicKey(key), "spiffe://cluster.local/ns/default/host/a", CertificateAuthority.NewSerial(), Now, TimeSpan.FromDays(1));
    }

    private static string Versions(AuthoritySet set) => $"{set.Version}: {string.Join(", ", set.Members.Select(member => $"{member.Authority.Pin.Short} {member.TrustedSince} {member.IssuingSince}"))}";

    private AuthoritySet Stepped(int which)
    {
        using var store = Store.Open(_directory["data"], 0);
        return Step(Open(store), which);
    }

    private AuthoritySet Reopened()
    {
        using var store = Store.Open(_directory["data"], 0);
        return Open(store).Current;
    }

    private Authorities Open(Store store, string directory = "data") =>
        Authorities.Open(new ServerConfiguration { DataDirectory = _directory[directory], Listen = new(IPAddress.Loopback, 0) }, store.Authorities, Now);

    private Dictionary<string, string> Files()
    {
        Reopened();
        return new[] { "data/ca.key", "data/ca.pem" }.ToDictionary(file => file, file => File.ReadAllText(_directory[file]));
    }

    private void PutBack(Dictionary<string, string> files)
    {
        foreach (var (file, text) in files)
            File.WriteAllText(_directory[file], text);
    }

    private int Keys() => File.ReadAllText(_directory["data/ca.key"]).Split("BEGIN ENCRYPTED").Length - 1;
}
