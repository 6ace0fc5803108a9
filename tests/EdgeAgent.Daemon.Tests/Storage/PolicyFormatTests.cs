using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class PolicyFormatTests
{
    private static readonly Enforcement Kept = new(PolicyVersion.Of(Policies.Inbound(42, 9080, "10.0.0.1", "10.1.0.0/16", "fd00::/64")), Failsafe.Defaults, FailsafesGiven: true);

    [Fact]
    public void What_is_written_is_read()
    {
        var read = PolicyFormat.Read(PolicyFormat.Write(Kept));
        Assert.Equal(Kept, read);
        Assert.Equal(HostPolicyDigest.Text(Kept.Policy.Policy), HostPolicyDigest.Text(read.Policy.Policy));
    }

    [Fact]
    public void Every_altered_bit_is_noticed()
    {
        var file = PolicyFormat.Write(Kept);
        for (var i = 0; i < file.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                file[i] ^= (byte)(1 << bit);
                Assert.Throws<CorruptCacheException>(() => PolicyFormat.Read(file));
                file[i] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void Every_missing_or_added_byte_is_noticed()
    {
        var file = PolicyFormat.Write(Kept);
        for (var length = 0; length < file.Length; length++)
            Assert.Throws<CorruptCacheException>(() => PolicyFormat.Read(file[..length]));
        Assert.Throws<CorruptCacheException>(() => PolicyFormat.Read([.. file, 0]));
        Assert.Throws<CorruptCacheException>(() => PolicyFormat.Read([0, .. file]));
    }
}
