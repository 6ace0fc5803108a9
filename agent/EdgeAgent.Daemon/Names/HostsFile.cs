using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>What hosts(5) says: addresses that the operator of the host gave to names, which go before all name servers.</summary>
public sealed class HostsFile
{
    private readonly Dictionary<string, List<IpAddress>> _addresses = new(StringComparer.Ordinal);

    /// <summary>No names.</summary>
    public static HostsFile None { get; } = new();

    /// <summary>Reads the text of the file. Lines that make no sense are passed over, as the C library does.</summary>
    public static HostsFile Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var file = new HostsFile();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !IpAddress.TryParse(words[0], out var address))
                continue;
            foreach (var word in words.Skip(1))
            {
                var name = word.TrimEnd('.').ToLowerInvariant();
                if (!file._addresses.TryGetValue(name, out var addresses))
                    file._addresses.Add(name, addresses = []);
                addresses.Add(address);
            }
        }

        return file;
    }

    /// <summary>The addresses of a name, of both families; null where the file does not speak of it.</summary>
    public IReadOnlyList<IpAddress>? Find(string name) => _addresses.GetValueOrDefault(name);
}
