using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Writes what a host says of itself as a <c>Host</c> document, so that it is checked, stored and shown like any other.</summary>
internal static class HostDocument
{
    /// <summary>The most addresses of one host that count.</summary>
    public const int MostAddresses = 64;

    /// <summary>The document. Texts are quoted as in JSON, which YAML reads alike.</summary>
    public static string Of(HostFacts facts)
    {
        var text = new StringBuilder();
        text.Append("apiVersion: edgeagent.io/v1\nkind: Host\nmetadata:\n");
        text.Append(CultureInfo.InvariantCulture, $"  name: {Quoted(facts.Name)}\n  namespace: {Quoted(facts.Namespace)}\n");
        if (!facts.Labels.IsEmpty)
            text.Append("  labels:\n");
        foreach (var (key, value) in facts.Labels)
            text.Append(CultureInfo.InvariantCulture, $"    {Quoted(key)}: {Quoted(value)}\n");
        text.Append(CultureInfo.InvariantCulture, $"spec:\n  addresses: [{string.Join(", ", Addresses(facts).Select(address => Quoted(address.ToString())))}]\n");
        if (!facts.Ports.IsEmpty)
            text.Append("  ports:\n");
        foreach (var port in facts.Ports)
            text.Append(CultureInfo.InvariantCulture, $"  - {{name: {Quoted(port.Name)}, protocol: {Quoted(port.Protocol.ToString())}, port: {port.Port}}}\n");
        return text.ToString();
    }

    /// <summary>The reported addresses that can be one host's alone: no loopback, link-local, multicast or unspecified ones.</summary>
    private static IEnumerable<IpAddress> Addresses(HostFacts facts) => facts.Addresses.Where(IsOwnable).Distinct().Order().Take(MostAddresses);

    /// <summary>Whether an address can be one host's alone.</summary>
    public static bool IsOwnable(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteTo(bytes);
        if (address.Family == IpFamily.V4)
            return bytes[0] is not (0 or 127 or >= 224) && !(bytes[0] == 169 && bytes[1] == 254);
        var ip = new IPAddress(bytes);
        return !IPAddress.IsLoopback(ip) && !ip.IsIPv6LinkLocal && !ip.IsIPv6Multicast && !ip.IsIPv4MappedToIPv6 && !ip.Equals(IPAddress.IPv6Any);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
