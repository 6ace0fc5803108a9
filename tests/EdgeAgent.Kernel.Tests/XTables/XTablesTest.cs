using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>A namespace, x_tables and ipset in it, and the programs that others use, as oracles.</summary>
public abstract class XTablesTest : IDisposable
{
    internal static HostPolicyShape Sayable { get; } = HostPolicyShape.Everything with { Wildcards = false };

    private protected TestNamespace Host { get; } = new();

    private protected XTablesKernel Kernel { get; }

    protected XTablesTest() => Kernel = new XTablesKernel(Host.Path);

    public virtual void Dispose()
    {
        Kernel.Dispose();
        Host.Dispose();
    }

    private protected static XTablesRuleset Compile(HostPolicy policy) => XTablesCompiler.Compile(policy, CompileOptions.Default);

    private protected static HostPolicy Clients(params string[] addresses)
    {
        var web = new PolicyReference("NetworkPolicy", "default", "web", "ingress[0]");
        return HostPolicy.Empty with
        {
            Revision = new(1),
            Inbound = [new Stage([new Branch(null, [new Block([new(Verdict.Allow, web) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single(80)], PeerAnyOf = ["clients"] }], BlockEnd.Deny, web)])])],
            Sets = HostPolicy.Empty.Sets.Add("clients", new("clients", addresses.Select(address => Cidr.Parse(address)))),
        };
    }

    private protected void Establish(XTablesRuleset desired)
    {
        foreach (var operation in XTablesDiffer.Plan(Kernel.Read().Held, desired))
            Kernel.Apply(operation);
    }

    private protected void Remove()
    {
        foreach (var operation in XTablesDiffer.Removal(Kernel.Read().Held))
            Kernel.Apply(operation);
    }

    private protected void Same(XTablesRuleset desired, string context)
    {
        var reading = Kernel.Read();
        Assert.True(reading.Foreign.IsEmpty, $"{context}: {reading.Foreign}");
        Assert.NotNull(reading.Held.Content);
        var (expected, actual) = (XTablesText.Of(desired), XTablesText.Of(reading.Held.Content));
        Assert.True(expected == actual, $"{context}: expected\n{expected}\nbut the kernel holds\n{actual}");
        Assert.Empty(XTablesDiffer.Plan(reading.Held, desired));
    }

    private protected string Save(string program = "iptables", string arguments = "") => Host.Execute($"{program}-legacy-save", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private protected void Restore(string rules, string program = "iptables") => Host.Execute($"{program}-legacy-restore", ["-c"], rules);

    private protected string Run(string program, string arguments) => Host.Execute(program, arguments.Split(' '));

    // The program's comments carry the time.
    private protected static string[] Lines(string saved, Func<string, bool> wanted) => [.. saved.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Where(wanted)];
}
