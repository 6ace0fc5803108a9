using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>Loads the equivalent of a <see cref="LargePolicy"/> the usual way: a set for each policy, a rule that looks it up for each.</summary>
internal sealed class IptablesLoader
{
    private readonly string _sets;
    private readonly string _rules;

    public IptablesLoader(ScratchDirectory files, HostPolicy policy)
    {
        var sets = new StringBuilder();
        foreach (var set in policy.Sets.Values)
        {
            sets.Append($"create {set.Id} hash:ip hashsize 128\n");
            foreach (var member in set.Prefixes)
                sets.Append($"add {set.Id} {member.Network}\n");
        }

        var rules = new StringBuilder("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n");
        foreach (var rule in policy.Inbound[0].Branches[0].Blocks[0].Rules)
            rules.Append($"-A INPUT -p tcp --dport {rule.Ports[0].First} -m set --match-set {rule.PeerAnyOf[0]} src -j ACCEPT\n");
        rules.Append("-A INPUT -j DROP\nCOMMIT\n");
        (_sets, _rules) = (files.Write("sets.ipset", sets.ToString()), files.Write("rules.iptables", rules.ToString()));
    }

    /// <summary>Loads it; how many milliseconds that took.</summary>
    public double Load(TestNamespace place) => Median.Time(() =>
    {
        place.Execute("ipset", ["restore", "-file", _sets]);
        place.Execute("iptables-legacy-restore", [_rules]);
    });
}
