namespace EdgeAgent.Contracts.Tests;

public sealed class CidrText
{
    [Theory]
    [InlineData("10.0.0.6", "10.0.0.6/32", false)]
    [InlineData("10.0.0.6/32", "10.0.0.6/32", false)]
    [InlineData("10.1.2.3/8", "10.0.0.0/8", true)]
    [InlineData("0.0.0.0/0", "0.0.0.0/0", false)]
    [InlineData("FD00::6", "fd00::6/128", false)]
    [InlineData("fd00::6/64", "fd00::/64", true)]
    [InlineData("::/0", "::/0", false)]
    [InlineData("::ffff:10.0.0.6", "10.0.0.6/32", false)]
    public void Blocks_are_masked(string text, string canonical, bool hadHostBits)
    {
        Assert.True(Cidr.TryParse(text, out var block, out var masked));
        Assert.Equal((canonical, hadHostBits), (block.ToString(), masked));
        Assert.Equal(block, Cidr.Parse(canonical));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.06")]
    [InlineData("10.0.0.6/33")]
    [InlineData("10.0.0.6/-1")]
    [InlineData("10.0.0.6/")]
    [InlineData("10.0.0.6/08")]
    [InlineData("fd00::/129")]
    [InlineData("fd00::%eth0")]
    [InlineData("[fd00::]")]
    [InlineData("localhost")]
    [InlineData(" 10.0.0.6")]
    public void Other_text_is_refused(string text) => Assert.False(Cidr.TryParse(text, out _, out _));

    [Fact]
    public void Edges_of_the_widths()
    {
        Assert.Equal("255.255.255.255", Cidr.All(IpFamily.V4).Last.ToString());
        Assert.Equal("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Cidr.All(IpFamily.V6).Last.ToString());
        Assert.False(Cidr.All(IpFamily.V4).Contains(IpAddress.Parse("::")));
        Assert.True(Cidr.Parse("255.255.255.255").IsSingle);
        Assert.True(Cidr.All(IpFamily.V6).Contains(Cidr.Parse("ffff::/16")));
    }
}
