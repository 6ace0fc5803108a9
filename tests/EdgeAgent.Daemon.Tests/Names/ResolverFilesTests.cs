using System.Net;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class ResolverFilesTests
{
    [Fact]
    public void Name_servers_and_patience_are_read_and_all_else_passed_over()
    {
        var file = ResolverFile.Parse("# a comment\ndomain example.com\nsearch a b\nnameserver 10.0.0.53\nnameserver\tfd00::53 # v6\nnameserver nonsense\noptions ndots:5 timeout:2 attempts:99 timeout:x\n");
        Assert.Equal([IPAddress.Parse("10.0.0.53"), IPAddress.Parse("fd00::53")], file.Servers);
        Assert.Equal((TimeSpan.FromSeconds(2), 5), (file.Timeout, file.Attempts));
        Assert.Equal([IpAddress.Parse("10.0.0.53"), IpAddress.Parse("fd00::53")], file.Elsewhere);
    }

    [Fact]
    public void Without_a_server_the_host_itself_is_asked()
    {
        Assert.Equal([IPAddress.Loopback], ResolverFile.Parse("").Servers);
        Assert.Empty(ResolverFile.Parse("nameserver 127.0.0.53\n").Elsewhere);
    }

    [Fact]
    public void Hosts_files_are_read_by_any_of_their_names()
    {
        var file = HostsFile.Parse("127.0.0.1 localhost\n10.0.0.7\tDB.example.com. db # the database\nfd00::7 db.example.com\nnonsense x\n\n10.0.0.8\n");
        Assert.Equal([IpAddress.Parse("10.0.0.7"), IpAddress.Parse("fd00::7")], file.Find("db.example.com"));
        Assert.Equal([IpAddress.Parse("10.0.0.7")], file.Find("db"));
        Assert.Null(file.Find("x"));
    }

    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("127.9.9.9", "loopback")]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("255.255.255.255", "broadcast")]
    [InlineData("::1", "loopback or unspecified")]
    [InlineData("::", "loopback or unspecified")]
    [InlineData("::127.0.0.1", "loopback or unspecified")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("10.0.0.1", null)]
    [InlineData("192.168.1.1", null)]
    [InlineData("fd00::1", null)]
    public void Special_addresses_are_granted_by_no_name(string address, string? why) => Assert.Equal(why, GrantableAddresses.WhyNot(IpAddress.Parse(address)));

    [Fact]
    public void An_address_of_the_other_family_in_disguise_is_what_it_disguises() =>
        Assert.Equal("loopback", GrantableAddresses.WhyNot(IpAddress.FromBytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1])));

    [Fact]
    public void The_table_on_disk_comes_back_and_every_alteration_is_noticed()
    {
        var table = ResolvedNames.Of([KeyValuePair.Create("a.example.com", new[] { "10.0.0.1", "fd00::1" }.Select(IpAddress.Parse)), KeyValuePair.Create("b.example.com", Enumerable.Empty<IpAddress>())]);
        var text = NameCache.Format(table);
        Assert.Equal(table, NameCache.Parse(text));
        for (var i = 0; i < text.Length; i++)
            Assert.Throws<CorruptCacheException>(() => NameCache.Parse(text[..i] + (char)(text[i] ^ 1) + text[(i + 1)..]));
        for (var i = 0; i < text.Length; i++)
            Assert.Throws<CorruptCacheException>(() => NameCache.Parse(text[..i]));
        using var directory = new TemporaryDirectory();
        var cache = new NameCache(directory.State, new DurableFiles());
        Assert.Equal(ResolvedNames.None, cache.Load());
        cache.Keep(table);
        Assert.Equal(table, cache.Load());
    }
}
