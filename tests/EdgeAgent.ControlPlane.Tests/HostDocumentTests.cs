using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class HostDocumentTests
{
    [Fact]
    public void What_a_host_says_reads_back_as_the_host_it_means()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var facts = new HostFacts
            {
                Namespace = $"ns{random.Next(9)}",
                Name = $"host-{random.Next(99)}.example",
                Labels = Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"example.org/k{i}", random.Next(2) == 0 ? "" : $"v_{random.Next(9)}.x")).ToEquatableArray(),
                Addresses = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Address(random)).ToEquatableArray(),
                Ports = Enumerable.Range(0, random.Next(3)).Select(i => new NamedPort($"p{i}", IpProtocol.Udp, (ushort)random.Next(1, 65536))).ToEquatableArray(),
            };
            Assert.True(RegisteredHost.TryRead(facts, out var host, out var refusal), $"seed {seed}: {refusal}");
            var model = Assert.IsType<EndpointResource>(host.Resource.Model);
            Assert.Equal(new ResourceKey("Host", facts.Namespace, facts.Name), model.Key);
            Assert.True(model.IsManaged);
            Assert.Equal(LabelSet.Of(facts.Labels), model.Labels);
            Assert.Equal(facts.Addresses.Distinct().Order().Select(Cidr.Single), model.Addresses);
            Assert.Equal(facts.Ports, model.Ports);
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("169.254.1.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    public void Addresses_that_are_nobodys_own_do_not_count(string address)
    {
        var facts = new HostFacts { Namespace = "default", Name = "a", Addresses = [IpAddress.Parse(address), IpAddress.Parse("10.0.0.1")] };
        Assert.Contains("addresses: [\"10.0.0.1\"]", HostDocument.Of(facts), StringComparison.Ordinal);
    }

    private static IpAddress Address(Random random) => random.Next(2) == 0
        ? new(IpFamily.V4, 0x0a000000u + (uint)random.Next(1 << 24))
        : new(IpFamily.V6, ((UInt128)0x2001_0db8 << 96) + (UInt128)random.NextInt64());
}
