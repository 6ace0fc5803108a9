using System.Security.Cryptography;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// What the kernel calls policies: letters, digits and <c>- _ . /</c>, beginning with a letter, short enough for counters,
/// chains and log prefixes. Two policies never share a name, and names do not depend on the order of rules.
/// </summary>
internal sealed class PolicyNames
{
    private const int MaxLength = 100;

    private readonly Dictionary<(string Policy, string Kind), string> _names = [];

    private PolicyNames()
    {
    }

    /// <summary>Names all policies that a host policy speaks of.</summary>
    /// <param name="policy">The host policy.</param>
    /// <param name="longest">The longest name; longer ones end in a hash.</param>
    public static PolicyNames Of(HostPolicy policy, int longest = MaxLength)
    {
        var names = new PolicyNames();
        var taken = new HashSet<string>(CounterNames.Reserved, StringComparer.Ordinal);
        foreach (var key in References(policy).Select(Key).Distinct().Order())
        {
            var name = Readable(key.Policy, longest);
            if (CounterNames.EndsLikeOne(name) || !taken.Add(name))
                taken.Add(name = $"{(name.Length > longest - 14 ? name[..(longest - 14)] : name)}_{Hash($"{key.Kind} {key.Policy}")}");
            names._names.Add(key, name);
        }

        return names;
    }

    public string Of(PolicyReference policy) => _names[Key(policy)];

    /// <summary>A name made of any text.</summary>
    public static string Readable(string text, int longest = MaxLength)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
            plain.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' ? c : '_');
        if (plain.Length == 0 || !char.IsAsciiLetter(plain[0]))
            plain.Insert(0, "p_");
        if (plain.Length > longest)
            plain.Remove(longest - 13, plain.Length - (longest - 13)).Append('_').Append(Hash(text));
        return plain.ToString();
    }

    private static IEnumerable<PolicyReference> References(HostPolicy policy) =>
        from stage in policy.AllStages()
        from branch in stage.Branches
        from block in branch.Blocks
        from reference in block.Rules.Select(rule => rule.Policy).Append(block.EndPolicy)
        select reference;

    private static (string Policy, string Kind) Key(PolicyReference policy) => (policy.Namespace is null ? "" : policy.Policy, policy.Kind ?? "");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
