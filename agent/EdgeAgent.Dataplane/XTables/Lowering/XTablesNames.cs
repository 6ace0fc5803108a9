using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Names that fit: our prefix, as much of the wanted name as there is room for, and where that is not all of it, a hash of the whole.
/// </summary>
internal sealed class XTablesNames
{
    /// <summary>Two characters are left for the generation of a set in the kernel (at most 31 in all).</summary>
    private const int LongestSet = 29;

    /// <summary>XT_EXTENSION_MAXNAMELEN less NUL: what iptables accepts.</summary>
    private const int LongestChain = 28;

    private const int HashLength = 7;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz234567";

    private readonly Dictionary<string, string> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _chains = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The name of the chain that is called so in the table to lower.</summary>
    public string Chain(string name) => Of(_chains, name, LongestChain, alwaysHashed: false);

    /// <summary>The name of a set; its hash is of all that tells it apart.</summary>
    /// <param name="readable">What people shall see.</param>
    /// <param name="whole">What tells it apart.</param>
    public string Set(string readable, string whole) => Of(_sets, $"{readable}\n{whole}", LongestSet, alwaysHashed: true);

    private string Of(Dictionary<string, string> names, string wanted, int longest, bool alwaysHashed)
    {
        if (names.TryGetValue(wanted, out var name))
            return name;
        var room = longest - XTablesRuleset.Prefix.Length;
        var readable = wanted.Split('\n')[0];
        name = XTablesRuleset.Prefix + readable;
        for (var salt = 0; alwaysHashed || name.Length > longest || !_taken.Add(name); salt++)
        {
            var shown = readable[..Math.Min(readable.Length, room - HashLength - 1)];
            name = $"{XTablesRuleset.Prefix}{shown}-{Hash(salt == 0 ? wanted : $"{wanted}\n{salt}")}";
            if (_taken.Add(name))
                break;
        }

        names.Add(wanted, name);
        return name;
    }

    private static string Hash(string text)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return string.Create(HashLength, bytes, static (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = Letters[bytes[i] & 31];
        });
    }
}
