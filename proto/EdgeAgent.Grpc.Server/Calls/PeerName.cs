using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The peer in gRPC's form (naming.md of grpc/grpc).</summary>
internal static class PeerName
{
    public static string Of(HttpContext http)
    {
        var connection = http.Connection;
        var port = connection.RemotePort.ToString(CultureInfo.InvariantCulture);
        return connection.RemoteIpAddress switch
        {
            { AddressFamily: AddressFamily.InterNetwork } v4 => $"ipv4:{v4}:{port}",
            { AddressFamily: AddressFamily.InterNetworkV6 } v6 => $"ipv6:[{v6}]:{port}",
            _ => http.Features.Get<IConnectionEndPointFeature>()?.LocalEndPoint is UnixDomainSocketEndPoint socket
                ? $"unix:{socket}"
                : "unknown",
        };
    }
}
