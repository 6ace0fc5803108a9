using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Manifests;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class PolicySignerTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void One_signature_states_what_each_host_is_to_have()
    {
        using var store = Store.Open(_directory["data"], 0);
        using var certificates = Certificates(store);
        var signer = new PolicySigner(store.Epochs, Configuration(), TimeProvider.System, NullLogger<PolicySigner>.Instance, certificates);
        var state = State();
        ByteString? known = null;
        var signatures = new HashSet<ByteString>();
        foreach (var host in state.Hosts.Keys)
        {
            var isFirst = known is null;
            var statement = signer.StatementOf(state, host, default, ref known)!;
            Assert.Equal(isFirst, !statement.Signer.IsEmpty);
            Assert.True(Holds(statement, certificates.SignerOf(), state, host.ToString(), state.PolicyOf(host)!.Digest), host.ToString());
            Assert.False(Holds(statement, certificates.SignerOf(), state, "default/another", state.PolicyOf(host)!.Digest));
            Assert.False(Holds(statement, certificates.SignerOf(), state with { Revision = state.Revision.Next }, host.ToString(), state.PolicyOf(host)!.Digest));
            signatures.Add(statement.Signature);
        }

        Assert.Single(signatures);
        Assert.Null(new PolicySigner(store.Epochs, Configuration(), TimeProvider.System, NullLogger<PolicySigner>.Instance).StatementOf(state, state.Hosts.Keys.First(), default, ref known));
    }

    [Fact]
    public void A_state_that_outlives_the_signers_certificate_is_signed_by_the_next_one()
    {
        var time = new Later();
        using var store = Store.Open(_directory["data"], 0);
        using var certificates = Certificates(store, time);
        var signer = new PolicySigner(store.Epochs, Configuration(), time, NullLogger<PolicySigner>.Instance, certificates);
        var state = State();
        var host = state.Hosts.Keys.First();
        ByteString? known = null;
        var first = signer.StatementOf(state, host, default, ref known)!;
        time.Advance(TimeSpan.FromDays(89));
        var next = signer.StatementOf(state, host, default, ref known)!;
        Assert.NotEqual(ByteString.Empty, next.Signer);
        Assert.NotEqual(first.Signer, next.Signer);
        Assert.True(Holds(next, certificates.SignerOf(), state, host.ToString(), state.PolicyOf(host)!.Digest));
        Assert.Equal(ByteString.Empty, signer.StatementOf(state, host, default, ref known)!.Signer);
    }

    [Fact]
    public void An_epoch_stays_until_it_is_raised_and_none_comes_twice()
    {
        var begin = DateTimeOffset.UnixEpoch.AddYears(60);
        long first;
        using (var store = Store.Open(_directory["data"], 0))
        {
            first = store.Epochs.Current(begin);
            Assert.Equal(begin.ToUnixTimeSeconds(), first);
            Assert.Equal(first, store.Epochs.Current(begin.AddDays(1)));
        }

        using var again = Store.Open(_directory["data"], 0);
        Assert.Equal(first, again.Epochs.Current(begin.AddDays(2)));
        Assert.Equal(begin.AddDays(3).ToUnixTimeSeconds(), again.Epochs.Raise(begin.AddDays(3)));

        // By a clock that went back, too.
        Assert.Equal(begin.AddDays(3).ToUnixTimeSeconds() + 1, again.Epochs.Raise(begin));
        Assert.Equal(begin.AddDays(3).ToUnixTimeSeconds() + 1, again.Epochs.Current(begin));
    }

    private sealed class Later : TimeProvider
    {
        private TimeSpan _by;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _by;

        public void Advance(TimeSpan by) => _by += by;
    }

    private static bool Holds(Statement statement, X509Certificate2 signer, FleetState state, string host, Digest digest)
    {
        using var key = signer.GetECDsaPublicKey()!;
        var root = new PolicyProof(statement.Group, statement.HostPath.Memory, statement.GroupPath.Memory).RootOf(host, digest);
        return key.VerifyData(RevisionSignature.Content("cluster.local", statement.Epoch, new(statement.AsOf), state.Revision, root), statement.Signature.Span, HashAlgorithmName.SHA256);
    }

    private static FleetState State()
    {
        var yaml = Yaml.Join([.. Enumerable.Range(1, 40).Select(i => Yaml.Host($"h{i}", $"10.0.0.{i}", $"a{i % 5}")), Yaml.Policy("p", "a1", "a2")]);
        var set = ManifestReader.Read([new ManifestFile("test", Encoding.UTF8.GetBytes(yaml))]);
        return ChangePlan.Make(FleetState.Empty, new(DocumentOrigin.Declared, set.Resources, set.Diagnostics, [])).After;
    }

    private ServerConfiguration Configuration() => new() { DataDirectory = Directory.CreateDirectory(_directory["authority"]).FullName, Listen = new(IPAddress.Loopback, 0) };

    private ServerCertificates Certificates(Store store, TimeProvider? time = null) => ServerCertificates.Load(Configuration(), store.Authorities, time ?? TimeProvider.System);
}
