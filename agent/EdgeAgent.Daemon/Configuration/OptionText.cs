using System.Globalization;
using System.Text.RegularExpressions;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Reads the small texts that options are made of. Each error says what the text is and what was expected.</summary>
internal static partial class OptionText
{
    /// <summary>A DNS label (RFC 1123) of at most 63 characters.</summary>
    internal static string Namespace(string text) =>
        text.Length <= 63 && DnsLabel().IsMatch(text) ? text : throw Bad("namespace", text, "lower-case letters, digits and '-', at most 63");

    /// <summary>A DNS name (RFC 1123) of at most 253 characters.</summary>
    internal static string Name(string text) =>
        text.Length <= 253 && text.Split('.').All(label => label.Length <= 63 && DnsLabel().IsMatch(label))
            ? text
            : throw Bad("name", text, "lower-case letters, digits, '-' and '.', at most 253");

    /// <summary><c>key=value</c> with the grammar of Kubernetes labels.</summary>
    internal static KeyValuePair<string, string> Label(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw Bad("label", text, "key=value");
        return Label(text[..equals], text[(equals + 1)..]);
    }

    /// <summary>A key and a value with the grammar of Kubernetes labels.</summary>
    internal static KeyValuePair<string, string> Label(string key, string value)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = key[(slash + 1)..];
        if (name.Length is 0 or > 63 || !LabelWord().IsMatch(name) || (slash >= 0 && !key[..slash].Split('.').All(label => label.Length <= 63 && DnsLabel().IsMatch(label))))
            throw Bad("label key", key, "letters, digits, '-', '_' and '.', at most 63, optionally after a DNS name and '/'");
        if (value.Length > 63 || (value.Length > 0 && !LabelWord().IsMatch(value)))
            throw Bad("label value", value, "letters, digits, '-', '_' and '.', at most 63");
        return new(key, value);
    }

    /// <summary><c>name=TCP/9080</c>.</summary>
    internal static NamedPort NamedPort(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw Bad("port", text, "name=TCP/9080");
        return NamedPort(text[..equals], text[(equals + 1)..]);
    }

    /// <summary>A name and <c>TCP/9080</c>.</summary>
    internal static NamedPort NamedPort(string name, string value)
    {
        if (name.Length is 0 or > 63 || !DnsLabel().IsMatch(name))
            throw Bad("port name", name, "lower-case letters, digits and '-'");
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IpProtocol.TryParse(value[..slash], out var protocol) || !protocol.HasPorts
            || !ushort.TryParse(value.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            throw Bad("port", $"{name}={value}", "TCP, UDP, SCTP or UDPLite, '/', and a port from 1 to 65535");
        return new(name, protocol, port);
    }

    /// <summary>An IP address.</summary>
    internal static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw Bad("address", text, "an IPv4 or IPv6 address");

    /// <summary>Control planes, separated by commas, all of one kind.</summary>
    internal static EquatableArray<Uri> ControlPlanes(string text, bool insecure)
    {
        var all = text.Split(',', StringSplitOptions.TrimEntries).Select(one => ControlPlane(one, insecure)).Distinct().ToEquatableArray();
        return all.All(one => one.Scheme == all[0].Scheme) ? all : throw Bad("control plane", text, "https:// for all of them, or http:// for all");
    }

    /// <summary><c>http://host:port</c> or <c>https://host:port</c>, agreeing with what is said of plaintext.</summary>
    private static Uri ControlPlane(string text, bool insecure)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0 || uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            throw Bad("control plane", text, "http://host:port or https://host:port");
        if (uri.Scheme == "http" && !insecure)
            throw new BadInputException($"control plane '{text}' is plaintext; expected https://, or --insecure for loopback and labs");
        return uri;
    }

    /// <summary>A failsafe of the configuration file.</summary>
    internal static Failsafe Failsafe(FailsafeDocument document)
    {
        var direction = document.Direction switch
        {
            "inbound" => Direction.Inbound,
            "outbound" => Direction.Outbound,
            var other => throw Bad("failsafe direction", other, "inbound or outbound"),
        };
        if (!IpProtocol.TryParse(document.Protocol, out var protocol))
            throw Bad("failsafe protocol", document.Protocol, "a protocol name or number");
        if (!protocol.HasPorts && (document.Ports ?? document.SourcePorts) is not null)
            throw new BadInputException($"failsafe '{document.Name}': {protocol} has no ports; expected none");
        return new(document.Name, direction, protocol, document.Ports is { } ports ? Range(ports) : PortRange.All)
        {
            SourcePorts = document.SourcePorts is { } source ? Range(source) : null,
            Peers = (document.Peers ?? []).Select(Block).ToEquatableArray(),
        };
    }

    private static PortRange Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var (first, last) = dash < 0 ? (text, text) : (text[..dash], text[(dash + 1)..]);
        return ushort.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var low) && ushort.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var high) && low <= high
            ? new(low, high)
            : throw Bad("ports", text, "a port or first-last");
    }

    private static Cidr Block(string text) => Cidr.TryParse(text, out var block, out _) ? block : throw Bad("peer", text, "address/length");

    private static BadInputException Bad(string what, string text, string expected) => new($"{what} '{text}'; expected {expected}");

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex DnsLabel();

    [GeneratedRegex("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex LabelWord();
}
