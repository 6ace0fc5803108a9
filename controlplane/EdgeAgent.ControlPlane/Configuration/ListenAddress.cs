using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>An address and a TCP port to listen on.</summary>
/// <param name="Address">The address; <see cref="IPAddress.IPv6Any"/> for all of both families.</param>
/// <param name="Port">The port; 0 for any free one.</param>
public sealed record ListenAddress(IPAddress Address, ushort Port)
{
    /// <summary>What <see cref="TryParse"/> reads, in words.</summary>
    public const string Expected = "ADDR:PORT, such as 0.0.0.0:7443, [::1]:7443, localhost:7443 or *:7443";

    /// <summary>Whether only this machine can connect.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>Reads <see cref="Expected"/>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ListenAddress? listen)
    {
        listen = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        var host = text[..colon];
        if (host.Contains(':', StringComparison.Ordinal) && !(host.StartsWith('[') && host.EndsWith(']')))
            return false;
        var address = host switch
        {
            "*" => IPAddress.IPv6Any,
            "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(host, out var parsed) ? parsed : null,
        };
        if (address is not null)
            listen = new(address, port);
        return listen is not null;
    }

    /// <summary><c>address:port</c>.</summary>
    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
