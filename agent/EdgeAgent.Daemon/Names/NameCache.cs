using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// The addresses of names on disk, so that a host that starts without any name server enforces what it last knew: a line that names the
/// format, one with the SHA-256 of the rest, and one for each name with its addresses.
/// </summary>
internal sealed class NameCache(StateDirectory directory, IDurableFiles files)
{
    /// <summary>The file's name in the state directory.</summary>
    internal const string FileName = "names.cache";

    private const string Header = "edgeagent names 1";

    /// <summary>Keeps a table.</summary>
    /// <exception cref="IOException">The disk is full or broken; what was kept before is still kept.</exception>
    internal void Keep(ResolvedNames names) => files.Replace(directory.Names, Encoding.ASCII.GetBytes(Format(names)));

    /// <summary>What is on disk; nothing where there is none.</summary>
    /// <exception cref="CorruptCacheException">It is not what was written.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal ResolvedNames Load()
    {
        try
        {
            return Parse(File.ReadAllText(directory.Names, Encoding.Latin1));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ResolvedNames.None;
        }
    }

    /// <summary>A table as text.</summary>
    internal static string Format(ResolvedNames names)
    {
        var body = new StringBuilder();
        foreach (var name in names.Names)
            body.Append(CultureInfo.InvariantCulture, $"{name}{string.Concat(names.Of(name).Select(address => $" {address}"))}\n");
        return $"{Header}\n{Checksum(body.ToString())}\n{body}";
    }

    /// <summary>A table from text.</summary>
    /// <exception cref="CorruptCacheException">It is not what was written.</exception>
    internal static ResolvedNames Parse(string text)
    {
        if (text.Split('\n', 3) is not [Header, var checksum, var body])
            throw new CorruptCacheException($"it does not begin as names of this format; expected '{Header}' and a checksum");
        if (Checksum(body) != checksum)
            throw new CorruptCacheException("its content does not have its checksum; it was cut off or altered");
        return ResolvedNames.Of(body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(words => KeyValuePair.Create(
            DomainName.IsCanonical(words[0]) ? words[0] : throw new CorruptCacheException($"'{words[0]}' is no name"),
            words.Skip(1).Select(word => IpAddress.TryParse(word, out var address) && GrantableAddresses.WhyNot(address) is null
                ? address
                : throw new CorruptCacheException($"'{word}' is no address that {words[0]} may have")))));
    }

    private static string Checksum(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(body)));
}
