using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>A block of addresses as documents write it, also a single address, also with host bits, which mean nothing.</summary>
internal sealed class RawBlock
{
    private readonly byte[] _address;
    private readonly int _length;

    public RawBlock(string text)
    {
        var parts = text.Split('/');
        _address = IPAddress.Parse(parts[0]).GetAddressBytes();
        _length = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : _address.Length * 8;
    }

    /// <summary>The address that is written.</summary>
    public IPAddress First => new(_address);

    public bool IsV6 => _address.Length == 16;

    public bool IsEverything => _length == 0;

    /// <summary>The blocks of a list; none where there is no list.</summary>
    public static List<RawBlock> ListOf(JsonNode? list) => [.. (list as JsonArray ?? []).Select(item => new RawBlock((string)item!))];

    public bool Holds(IPAddress address)
    {
        var other = address.GetAddressBytes();
        return other.Length == _address.Length && Enumerable.Range(0, _length).All(bit => ((other[bit / 8] ^ _address[bit / 8]) & (0x80 >> (bit % 8))) == 0);
    }
}
