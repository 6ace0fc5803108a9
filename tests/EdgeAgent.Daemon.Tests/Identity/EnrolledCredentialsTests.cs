using System.Security.Cryptography;
using EdgeAgent.Contracts;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Daemon.Tests;

public sealed class EnrolledCredentialsTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private FakeAuthority _authority = null!;

    private ControlPlaneWay Way => WayTo(_authority.Address);

    private string TokenFile => Path.Combine(_directory.Path, "token");

    public async Task InitializeAsync() => _authority = await FakeAuthority.StartAsync();

    public async Task DisposeAsync()
    {
        await _authority.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_host_makes_its_own_key_enrols_once_and_keeps_who_it_is()
    {
        WriteToken(_authority.Token());
        var first = await Source().ObtainAsync(Way, default);
        Assert.Equal(("shop", "given"), (first.Namespace, first.Name));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory.State.Identity));
        Assert.False(File.Exists(_directory.State.EnrolmentKey));
        Assert.Equal(Digest.Of(first.Certificate.PublicKey.ExportSubjectPublicKeyInfo()), _authority.Enrolled.Single().Key);

        // The token has done its work: the next start needs none.
        File.Delete(TokenFile);
        var next = await Source().ObtainAsync(Way, default);
        Assert.Equal(first.Certificate.SerialNumber, next.Certificate.SerialNumber);
        Assert.True(next.Certificate.HasPrivateKey);
        Assert.Single(_authority.Enrolled);
    }

    [Fact]
    public async Task A_token_of_another_authority_is_not_sent()
    {
        WriteToken(_authority.Token() with { Authority = Digest.Of("somebody else") });
        var refused = await Assert.ThrowsAsync<IdentityException>(() => Source().ObtainAsync(Way, default));
        Assert.Contains("the token was not sent", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_authority.Enrolled);
    }

    [Fact]
    public async Task A_refusal_says_why_and_the_next_token_is_tried_with_the_same_key()
    {
        WriteToken(_authority.Token());
        _authority.Refusal = new(StatusCode.PermissionDenied, "the token is used up: 1 of 1");
        var source = Source();
        var refused = await Assert.ThrowsAsync<IdentityException>(() => source.ObtainAsync(Way, default));
        Assert.Contains("used up", refused.Message, StringComparison.Ordinal);
        var key = File.ReadAllText(_directory.State.EnrolmentKey);
        _authority.Refusal = null;
        WriteToken(_authority.Token());
        using var kept = ECDsa.Create();
        kept.ImportFromPem(key);
        await source.ObtainAsync(Way, default);
        Assert.Equal(Digest.Of(kept.ExportSubjectPublicKeyInfo()), _authority.Enrolled.Single().Key);
    }

    [Fact]
    public async Task Without_token_or_with_what_is_none_it_says_what_it_needs()
    {
        var missing = await Assert.ThrowsAsync<IdentityException>(() => Source().ObtainAsync(Way, default));
        Assert.Contains(TokenFile, missing.Message, StringComparison.Ordinal);
        File.WriteAllText(TokenFile, "no token");
        var wrong = await Assert.ThrowsAsync<IdentityException>(() => Source().ObtainAsync(Way, default));
        Assert.Contains("edgeagent1.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_not_taken_any_more_enrols_with_a_token_that_it_has_not_used()
    {
        WriteToken(_authority.Token());
        var source = Source();
        var first = await source.ObtainAsync(Way, default);
        source.Refused();
        Assert.Same(first, await source.ObtainAsync(Way, default));
        WriteToken(_authority.Token());
        Assert.NotEqual(first.Certificate.SerialNumber, (await source.ObtainAsync(Way, default)).Certificate.SerialNumber);
        Assert.Equal(2, _authority.Enrolled.Count);
    }

    [Fact]
    public async Task A_host_whose_authority_is_gone_says_what_it_needs_and_goes_on_with_a_new_token()
    {
        WriteToken(_authority.Token());
        var source = Source();
        var first = await source.ObtainAsync(Way, default);
        await using var later = await FakeAuthority.StartAsync();
        var (way, trust) = (WayTo(later.Address), first.Trust());
        using (var channel = ControlPlaneChannel.Open(way, trust.ToOptions()))
            await Assert.ThrowsAsync<RpcException>(async () => await new AgentService.AgentServiceClient(channel).RenewAsync(new()));
        Assert.Contains("needs a new token", trust.Refusal, StringComparison.Ordinal);
        Assert.Empty(later.Renewed);

        // It stays who it is until there is one, and a token of the old authority is not shown to the new one.
        source.Refused();
        Assert.Same(first, await source.ObtainAsync(way, default));
        WriteToken(_authority.Token());
        Assert.Contains("the token was not sent", (await Assert.ThrowsAsync<IdentityException>(() => source.ObtainAsync(way, default))).Message, StringComparison.Ordinal);
        WriteToken(later.Token());
        var next = await source.ObtainAsync(way, default);
        Assert.Equal((first.Namespace, first.Name, later.Pin), (next.Namespace, next.Name, Digest.Of(next.Authorities.Single().PublicKey.ExportSubjectPublicKeyInfo())));
        Assert.Equal(next.Certificate.SerialNumber, (await Source().ObtainAsync(way, default)).Certificate.SerialNumber);
        Assert.Single(later.Enrolled);
    }

    [Fact]
    public async Task A_certificate_renews_itself_at_two_thirds_of_its_life_with_a_new_key()
    {
        _authority.Life = TimeSpan.FromSeconds(1.5);
        WriteToken(_authority.Token());
        var source = Source();
        var first = await source.ObtainAsync(Way, default);
        using var channel = ControlPlaneChannel.Open(Way, first.Trust().ToOptions());
        _authority.Life = TimeSpan.FromDays(1);
        await source.RenewedAsync(new AgentService.AgentServiceClient(channel), default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([first.Certificate.SerialNumber], _authority.Renewed);
        var next = await source.ObtainAsync(Way, default);
        Assert.NotEqual(first.Certificate.GetPublicKeyString(), next.Certificate.GetPublicKeyString());
        Assert.Equal(next.Certificate.SerialNumber, (await Source().ObtainAsync(Way, default)).Certificate.SerialNumber);
    }

    [Fact]
    public async Task A_host_that_is_asked_renews_before_its_time_and_once()
    {
        WriteToken(_authority.Token());
        var source = Source();
        source.RenewWithin(TimeSpan.Zero);
        var first = await source.ObtainAsync(Way, default);
        using var channel = ControlPlaneChannel.Open(Way, first.Trust().ToOptions());
        var renewed = source.RenewedAsync(new AgentService.AgentServiceClient(channel), default);
        Assert.False(renewed.IsCompleted);
        source.RenewWithin(TimeSpan.FromMilliseconds(100));
        source.RenewWithin(TimeSpan.FromDays(1));
        await renewed.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([first.Certificate.SerialNumber], _authority.Renewed);
    }

    [Fact]
    public async Task A_full_disk_spends_no_token()
    {
        WriteToken(_authority.Token());
        var full = await Assert.ThrowsAsync<IdentityException>(() => Source(new FullDisk()).ObtainAsync(Way, default));
        Assert.Contains("No space left", full.Message, StringComparison.Ordinal);
        Assert.Empty(_authority.Enrolled);
        await Source().ObtainAsync(Way, default);
    }

    [Fact]
    public async Task Power_loss_while_it_enrols_or_renews_leaves_an_identity_or_the_way_to_one()
    {
        for (var steps = 0; steps < 20; steps++)
        {
            using var directory = new TemporaryDirectory();
            var token = _authority.Token();
            File.WriteAllText(Path.Combine(directory.Path, "token"), token.Text);
            try
            {
                await Source(new CrashingFiles(steps, new Random(steps)), directory).ObtainAsync(Way, default);
            }
            catch (CrashingFiles.PowerFailedException)
            {
            }

            // Asked again, the answer is for the key that the token was spent with.
            await Source(null, directory).ObtainAsync(Way, default);
            Assert.Single(_authority.Enrolled.Where(enrolled => enrolled.Secret == token.Secret).DistinctBy(enrolled => enrolled.Key));
        }
    }

    [Theory]
    [InlineData("localhost", 0, "other names")]
    [InlineData("127.0.0.1", 3, "clock")]
    [InlineData("127.0.0.1", -40, "clock")]
    public async Task A_control_plane_that_is_not_believed_is_named_with_the_reason(string name, int begins, string reason)
    {
        await using var other = await FakeAuthority.StartAsync(name, TimeSpan.FromDays(begins));
        WriteToken(other.Token());
        var refused = await Assert.ThrowsAsync<IdentityException>(() => Source(address: other.Address).ObtainAsync(WayTo(other.Address), default));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Empty(other.Enrolled);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_by_less_than_a_day_does_not_matter()
    {
        await using var other = await FakeAuthority.StartAsync("127.0.0.1", TimeSpan.FromHours(20));
        WriteToken(other.Token());
        await Source(address: other.Address).ObtainAsync(WayTo(other.Address), default);
        Assert.Single(other.Enrolled);
    }

    [Theory]
    [InlineData("")]
    [InlineData("edgeagent identity 1\n")]
    [InlineData("edgeagent identity 1\nobtained 2030-01-01T00:00:00.0000000+00:00\nlife x\ntoken \n")]
    [InlineData("edgeagent identity 1\nobtained 2030-01-01T00:00:00.0000000+00:00\nlife 5\ntoken \nnothing")]
    public async Task A_damaged_identity_is_no_identity(string content)
    {
        File.WriteAllText(_directory.State.Identity, content);
        Assert.Throws<IdentityException>(() => new IdentityFile(_directory.State, new DurableFiles()).Load());
        WriteToken(_authority.Token());
        await Source().ObtainAsync(Way, default);
        Assert.Single(_authority.Enrolled);
    }

    private static ControlPlaneWay WayTo(Uri controlPlane) => new(controlPlane, [IpAddress.Parse("127.0.0.1")], isOneOfSeveral: false);

    private void WriteToken(EnrolmentToken token) => File.WriteAllText(TokenFile, token.Text + "\n");

    private EnrolledCredentials Source(IDurableFiles? files = null, TemporaryDirectory? directory = null, Uri? address = null)
    {
        var state = (directory ?? _directory).State;
        var options = new AgentOptions { ControlPlanes = [address ?? _authority.Address], Name = "", Namespace = "", StateDirectory = state.Path, TokenFile = Path.Combine(state.Path, "token") };
        var identity = new HostIdentity(options);
        return new(options, new IdentityFile(state, files ?? new DurableFiles()), identity, new HostFactsReader(options, identity, "nftables"), new EventQueue(TimeProvider.System), NullLogger<EnrolledCredentials>.Instance);
    }

    private sealed class FullDisk : IDurableFiles
    {
        public void Write(string path, ReadOnlySpan<byte> content) => throw new IOException("No space left on device");

        public void Flush(string path)
        {
        }

        public void Replace(string from, string to)
        {
        }

        public void Remove(string path)
        {
        }

        public void FlushDirectory(string path)
        {
        }
    }
}
