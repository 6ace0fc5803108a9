namespace EdgeAgent.Contracts.Tests;

public sealed class PolicyReferences
{
    [Fact]
    public void No_reference_is_one_of_empty_texts()
    {
        Assert.Equal(default, new PolicyReference("", "", "", ""));
        Assert.Equal("", default(PolicyReference).Kind);
        Assert.Equal(" ", default(PolicyReference).ToString());
    }

    [Fact]
    public void Texts_for_people()
    {
        Assert.Equal("default/web", new PolicyReference("NetworkPolicy", "default", "web", "").Policy);
        Assert.Equal("NetworkPolicy default/web ingress[0]", new PolicyReference("NetworkPolicy", "default", "web", "ingress[0]").ToString());
        Assert.Equal("GlobalNetworkPolicy web", new PolicyReference("GlobalNetworkPolicy", "", "web", "").ToString());
    }
}
