using System.Globalization;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// The canonical text of what is ours, in the manner of <c>ipset save</c> and <c>iptables-save</c>; each line says by itself what it is
/// about. Equal contents have equal texts, and different ones different texts.
/// </summary>
public static class XTablesText
{
    /// <summary>All of it, with the members of all sets.</summary>
    public static string Of(XTablesRuleset ruleset) => Write(ruleset, Members, withStamp: true);

    /// <summary>
    /// The kernel digest: SHA-256 of the canonical text, in which the members of each set stand as their own SHA-256, and without the stamp.
    /// </summary>
    public static Digest DigestOf(XTablesRuleset ruleset) => Digest.Of(ProofOf(ruleset));

    /// <summary>The text that the kernel digest is the SHA-256 of.</summary>
    public static string ProofOf(XTablesRuleset ruleset) => Write(
        ruleset,
        (text, set) => text.Append(CultureInfo.InvariantCulture, $"add {set.Schema.Name} {set.Elements.Count} members {set.Elements.Digest}\n"),
        withStamp: false);

    /// <summary>A member of a set: an address, or a block.</summary>
    public static string Member(ElementTable members, int index)
    {
        var first = IpAddress.FromBytes(members.Key(index));
        var last = IpAddress.FromBytes(members.LastKey(index));
        if (first == last)
            return first.ToString();
        var block = CidrSet.FromRanges([new(first.Family, first.Bits, last.Bits)]);
        return block is [var one] ? one.ToString() : $"{first}-{last}";
    }

    private static string Write(XTablesRuleset ruleset, Action<StringBuilder, NamedSet> members, bool withStamp)
    {
        var text = new StringBuilder();
        if (withStamp && ruleset.Stamp is { } stamp)
            text.Append("stamp ").Append(stamp).Append('\n');
        foreach (var set in ruleset.Sets.Values)
        {
            var family = set.Schema.Key is [KeyField.Ipv4Address] ? "inet" : "inet6";
            text.Append(CultureInfo.InvariantCulture, $"create {set.Schema.Name} hash:{(set.Schema.Intervals ? "net" : "ip")} family {family} maxelem {set.Schema.Size}\n");
            members(text, set);
        }

        Table(text, ruleset.V4, IpFamily.V4);
        Table(text, ruleset.V6, IpFamily.V6);
        return text.ToString();
    }

    private static void Members(StringBuilder text, NamedSet set)
    {
        for (var i = 0; i < set.Elements.Count; i++)
            text.Append("add ").Append(set.Schema.Name).Append(' ').Append(Member(set.Elements, i)).Append('\n');
    }

    private static void Table(StringBuilder text, FilterTable table, IpFamily family)
    {
        var program = family == IpFamily.V4 ? "iptables" : "ip6tables";
        foreach (var hook in table.Hooks)
            text.Append(CultureInfo.InvariantCulture, $"{program} -A {FilterTable.BuiltIn(hook)} -j {FilterTable.ChainOf(hook)}\n");
        foreach (var chain in table.Chains.Values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{program} -N {chain.Name}\n");
            foreach (var rule in chain.Rules)
                text.Append(CultureInfo.InvariantCulture, $"{program} -A {chain.Name} {FilterRuleText.Of(rule, family)}\n");
        }
    }
}
