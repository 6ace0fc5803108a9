using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;

namespace EdgeAgent.Daemon.Tests;

/// <summary>A host enforces what the control plane signed for it, and nothing that is older.</summary>
public sealed class PolicyTrustTests : IDisposable
{
    private const string Me = "shop/web-1";

    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _signer;
    private readonly TemporaryDirectory _directory = new();

    public PolicyTrustTests()
    {
        var request = new CertificateRequest("CN=authority", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
        _signer = Issue(names => names.AddUri(new(RevisionSignature.SignerOf("test.local"))));
    }

    public void Dispose()
    {
        _directory.Dispose();
        _signer.Dispose();
        _authority.Dispose();
        _authorityKey.Dispose();
    }

    [Fact]
    public void What_is_signed_for_this_host_arrives_and_what_is_not_stays_out()
    {
        var (inbox, policy) = (new PolicyInbox(null, Trust()), Policies.Inbound(7, 80, "10.0.0.1"));
        Assert.IsType<NothingNew>(inbox.Accept(HostPolicyMapping.ToWire(policy)));
        Assert.Contains("is not signed", Objection(inbox, policy, null), StringComparison.Ordinal);
        Assert.Contains("is not what the control plane signed", Objection(inbox, policy, Signed(policy, host: "shop/web-2")), StringComparison.Ordinal);
        Assert.Contains("is not what the control plane signed", Objection(inbox, policy, Signed(policy with { Revision = new(8) })), StringComparison.Ordinal);
        Assert.Contains("is not what the control plane signed", Objection(inbox, policy, Signed(policy with { Mode = EnforcementMode.Off })), StringComparison.Ordinal);
        Assert.Contains("is not what the control plane signed", Objection(inbox, policy, Signed(policy, trustDomain: "other.local")), StringComparison.Ordinal);
        foreach (var spoil in new Action<Statement>[]
        {
            statement => statement.Epoch++,
            statement => statement.AsOf++,
            statement => statement.Group += "0",
            statement => (statement.HostPath, statement.GroupPath) = (statement.GroupPath, statement.HostPath),
            statement => statement.HostPath = ByteString.CopyFrom(statement.HostPath.Span[1..]),
            statement => statement.GroupPath = ByteString.CopyFrom(new byte[32 * 257]),
            statement => statement.Signature = ByteString.Empty,
        })
        {
            var spoilt = Signed(policy);
            spoil(spoilt);
            Assert.Contains("is not what the control plane signed", Objection(inbox, policy, spoilt), StringComparison.Ordinal);
        }

        var arrived = Assert.IsType<PolicyArrived>(inbox.Accept(Mark(policy, Signed(policy))));
        Assert.Equal(1, arrived.Policy.Epoch);

        // The signer comes once.
        var next = policy with { Revision = new(8) };
        Assert.IsType<PolicyArrived>(inbox.Accept(Mark(next, Signed(next, certified: false))));
    }

    [Fact]
    public void Somebody_in_between_with_a_certificate_of_the_authority_but_not_the_signers_pushes_nothing()
    {
        var policy = Policies.Inbound(7, 80, "10.0.0.1");
        using var server = Issue(names => names.AddDnsName("edgecontrol"));
        using var host = Issue(names => names.AddUri(new("spiffe://test.local/ns/shop/host/other")));
        using var elsewhere = Issue(names => names.AddUri(new(RevisionSignature.SignerOf("other.local"))));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var alone = new CertificateRequest("CN=signer", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new(RevisionSignature.SignerOf("test.local")));
        alone.CertificateExtensions.Add(names.Build());
        using var self = alone.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        foreach (var other in new[] { server, host, elsewhere, self })
        {
            var inbox = new PolicyInbox(null, Trust());
            inbox.Accept(HostPolicyMapping.ToWire(policy));
            Assert.Contains("is signed by somebody else", Objection(inbox, policy, Signed(policy, by: other)), StringComparison.Ordinal);
        }

        // The signer's certificate is no secret; its key is.
        var borrowed = new PolicyInbox(null, Trust());
        borrowed.Accept(HostPolicyMapping.ToWire(policy));
        var forged = Signed(policy, by: server);
        forged.Signer = ByteString.CopyFrom(_signer.RawData);
        Assert.Contains("is not what the control plane signed", Objection(borrowed, policy, forged), StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_revision_is_refused_unless_its_epoch_is_newer()
    {
        var trust = Trust();
        var (old, present) = (Policies.Inbound(7, 80, "10.0.0.1"), Policies.Inbound(9, 443, "10.0.0.2"));
        var inbox = new PolicyInbox(null, trust);
        inbox.Accept(HostPolicyMapping.ToWire(present));
        Assert.IsType<PolicyArrived>(inbox.Accept(Mark(present, Signed(present))));

        // On another connection, too.
        inbox = new PolicyInbox(null, trust);
        inbox.Accept(HostPolicyMapping.ToWire(old));
        var refused = Assert.IsType<PolicyDisbelieved>(inbox.Accept(Mark(old, Signed(old))));
        Assert.Contains("after revision 9 of epoch 1", refused.Reason, StringComparison.Ordinal);
        Assert.True(refused.IsOlder);
        Assert.IsType<PolicyArrived>(inbox.Accept(Mark(old, Signed(old, epoch: 2))));
        inbox.Accept(HostPolicyMapping.ToWire(present));
        Assert.Contains("is older", Objection(inbox, present, Signed(present)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_a_rollout_leaves_again_goes_back_and_not_to_what_was_said_before()
    {
        var trust = Trust();
        var (held, released) = (Policies.Inbound(7, 80, "10.0.0.1"), Policies.Inbound(9, 443, "10.0.0.2"));
        Assert.Null(trust.ObjectionToSent(PolicyVersion.Of(released) with { Statement = Signed(released) }, out _));
        Assert.Contains("is older", trust.ObjectionToSent(PolicyVersion.Of(held) with { Statement = Signed(held, asOf: 8) }, out _), StringComparison.Ordinal);
        Assert.Null(trust.ObjectionToSent(PolicyVersion.Of(held) with { Statement = Signed(held, asOf: 10) }, out _));

        // The same number with other content, as a quarantine during a rollout has it, is not the same.
        var quarantined = held with { Mode = EnforcementMode.Quarantine };
        Assert.Null(trust.ObjectionToSent(PolicyVersion.Of(quarantined) with { Statement = Signed(quarantined, asOf: 11) }, out _));
        Assert.Contains("is older", trust.ObjectionToSent(PolicyVersion.Of(held) with { Statement = Signed(held, asOf: 10) }, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signers_certificate_is_good_in_its_time_give_or_take_a_day_and_for_what_is_kept_at_any_time()
    {
        var policy = Policies.Inbound(7, 80, "10.0.0.1");
        foreach (var (begin, end, good) in new (double, double, bool)[] { (-3, -2, false), (-3, -0.9, true), (0.9, 3, true), (2, 3, false) })
        {
            using var signer = Issue(names => names.AddUri(new(RevisionSignature.SignerOf("test.local"))), begin, end);
            var version = PolicyVersion.Of(policy) with { Statement = Signed(policy, by: signer) };
            Assert.Equal(good, Trust().ObjectionToSent(version, out _) is null);
            Assert.Null(Trust().ObjectionToKept(version));
        }
    }

    [Fact]
    public void An_unsigned_policy_on_disk_is_believed_until_the_host_had_a_signed_one()
    {
        var cache = new PolicyCache(_directory.State, new DurableFiles());
        var unsigned = PolicyVersion.Of(Policies.Inbound(9, 80, "10.0.0.1"));
        var file = PolicyFormat.Write(new(unsigned, Contracts.Failsafe.Defaults));
        "edgeagent policy 1\n"u8.CopyTo(file);
        File.WriteAllBytes(_directory.State.Policy, file);
        Assert.Equal(unsigned, cache.Load(Trust().ObjectionToKept)!.InForce.Policy);
        Assert.Contains("is not signed", Trust().ObjectionToSent(unsigned, out _), StringComparison.Ordinal);

        cache.Keep(new(unsigned with { Statement = Signed(unsigned.Policy) }, Contracts.Failsafe.Defaults));
        Assert.NotNull(cache.Load(Trust().ObjectionToKept));
        File.WriteAllBytes(_directory.State.Policy, file);
        Assert.Throws<CorruptCacheException>(() => cache.Load(Trust().ObjectionToKept));
        cache.Forget();
        File.WriteAllBytes(_directory.State.Policy, file);
        Assert.NotNull(cache.Load(Trust().ObjectionToKept));
    }

    [Fact]
    public void A_policy_that_another_certificate_signs_is_kept_anew_for_the_time_after_the_old_authority()
    {
        var agenda = new Agenda();
        var policy = Policies.Version(3);
        agenda.Confirm(policy with { Statement = Signed(policy.Policy) });
        using var next = Issue(names => names.AddUri(new(RevisionSignature.SignerOf("test.local"))));
        agenda.Receive(policy with { Statement = Signed(policy.Policy, by: next) });
        Assert.IsType<ApplyJob>(agenda.Running);
    }

    [Fact]
    public void A_host_forgets_no_authority_that_proves_what_it_keeps()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=another authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var other = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
        var own = Issue(names => names.AddUri(new("spiffe://test.local/ns/shop/host/web-1")));
        HostCredentials both = new(own, [], [other, _authority]), alone = new(own, [], [other]);
        var cache = new PolicyCache(_directory.State, new DurableFiles());
        var proof = new KeptPolicyProof(new() { ControlPlanes = [new("https://localhost")], Name = "", StateDirectory = _directory.Path }, _directory.State, cache);
        Assert.Null(proof.ObjectionTo(alone, both));

        var kept = PolicyVersion.Of(Policies.Inbound(9, 80, "10.0.0.1"));
        cache.Keep(new(kept with { Statement = Signed(kept.Policy) }, Contracts.Failsafe.Defaults));
        Assert.Contains("authority of this host", proof.ObjectionTo(alone, both), StringComparison.Ordinal);
        Assert.Null(proof.ObjectionTo(both, both));
        Assert.Null(proof.ObjectionTo(both, alone));

        // What nobody believes anyway holds nothing up.
        File.WriteAllText(_directory.State.Policy, "damaged");
        Assert.Null(proof.ObjectionTo(alone, both));
    }

    [Fact]
    public void A_host_whose_policy_on_disk_is_refused_is_never_open()
    {
        var kernelLost = new Agenda(failsafes: Contracts.Failsafe.Defaults);
        kernelLost.Happens(at => new CacheRefused(at, KernelHolds: false));
        Assert.Equal(FirstBoot.Closed, Assert.IsType<ApplyJob>(kernelLost.Running).Target.Policy);

        var kernelHolds = new Agenda(failsafes: Contracts.Failsafe.Defaults);
        kernelHolds.Happens(at => new CacheRefused(at, KernelHolds: true));
        Assert.Null(kernelHolds.Running);
        Assert.Equal(Contracts.HostState.Failed, kernelHolds.State.Standing.State);
        kernelHolds.Receive(Policies.Version(1));
        kernelHolds.Succeed();
        kernelHolds.Pass(TimeSpan.FromSeconds(31));
        Assert.Equal(FirstBoot.Closed, Assert.IsType<ApplyJob>(kernelHolds.Running).Target.Policy);
    }

    [Fact]
    public void A_kept_policy_is_believed_by_its_signature_and_sets_what_is_older()
    {
        var kept = PolicyVersion.Of(Policies.Inbound(9, 80, "10.0.0.1"));
        kept = kept with { Statement = Signed(kept.Policy) };
        var cache = new PolicyCache(_directory.State, new DurableFiles());
        cache.Keep(new(kept, Contracts.Failsafe.Defaults));
        var trust = Trust();
        Assert.Equal(kept, cache.Load(trust.ObjectionToKept)!.InForce.Policy);
        var older = new PolicyInbox(null, trust);
        var old = kept.Policy with { Revision = new(8) };
        older.Accept(HostPolicyMapping.ToWire(old));
        Assert.Contains("is older", Objection(older, old, Signed(old)), StringComparison.Ordinal);

        // Whoever writes the file anew, checksum and all, has no key.
        foreach (var tampered in new[]
        {
            kept with { Policy = kept.Policy with { Revision = new(10) } },
            PolicyVersion.Of(kept.Policy with { Inbound = [] }) with { Statement = kept.Statement },
            kept with { Statement = null },
        })
        {
            cache.Keep(new(tampered, Contracts.Failsafe.Defaults));
            Assert.Throws<CorruptCacheException>(() => cache.Load(Trust().ObjectionToKept));
        }
    }

    [Fact]
    public void What_is_not_believed_is_said_and_changes_nothing()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(3));
        var jobs = agenda.Jobs.Count();
        agenda.Happens(at => new PolicyNotBelieved(at, "revision 2 is older"));
        Assert.Equal((Contracts.HostState.Failed, "revision 2 is older"), agenda.State.Standing);
        Assert.Equal(jobs, agenda.Jobs.Count());
        Assert.Equal(Policies.Version(3), agenda.State.Held!.Policy);
        agenda.Receive(Policies.Version(3));
        Assert.Equal(Contracts.HostState.Realized, agenda.State.Standing.State);
    }

    private static string Objection(PolicyInbox inbox, HostPolicy policy, Statement? statement) =>
        Assert.IsType<PolicyDisbelieved>(inbox.Accept(Mark(policy, statement))).Reason;

    private static InSync Mark(HostPolicy policy, Statement? statement) =>
        new() { Revision = policy.Revision.Number, Digest = HostPolicyDigest.Of(policy).Hex, Statement = statement };

    private Statement Signed(HostPolicy policy, string host = Me, long epoch = 1, long? asOf = null, X509Certificate2? by = null, bool certified = true, string trustDomain = "test.local")
    {
        by ??= _signer;
        var tree = PolicyTree.Empty.With(
            [new(default, HostPolicyDigest.Of(policy), 1, [host]), new(default, Digest.Of("another"), 9, Enumerable.Range(0, 9).Select(i => $"shop/other-{i}"))], []);
        var proof = tree.ProofOf(host)!;
        var said = asOf is { } number ? new Revision(number) : policy.Revision;
        using var key = by.GetECDsaPrivateKey();
        return new()
        {
            Epoch = epoch,
            AsOf = said.Number,
            Group = proof.Group,
            HostPath = ByteString.CopyFrom(proof.HostPath.Span),
            GroupPath = ByteString.CopyFrom(proof.GroupPath.Span),
            Signature = ByteString.CopyFrom(key!.SignData(RevisionSignature.Content(trustDomain, epoch, said, policy.Revision, tree.Root.Span), HashAlgorithmName.SHA256)),
            Signer = certified ? ByteString.CopyFrom(by.RawData) : ByteString.Empty,
        };
    }

    private PolicyTrust Trust()
    {
        var options = new AgentOptions { ControlPlanes = [new("https://localhost")], Name = "", StateDirectory = _directory.Path };
        var identity = new HostIdentity(options);
        identity.Take(new(Issue(names => names.AddUri(new("spiffe://test.local/ns/shop/host/web-1"))), [], [_authority]));
        return new(options, identity, _directory.State);
    }

    private X509Certificate2 Issue(Action<SubjectAlternativeNameBuilder> name, double begin = -1, double end = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=issued", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        name(names);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_authority, DateTimeOffset.UtcNow.AddDays(begin), DateTimeOffset.UtcNow.AddDays(end), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
