using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Inputs;

/// <summary>Reads <c>PROTO/PORT</c>; for ICMP the type and the code stand in the port's place: <c>ICMP</c>, <c>ICMP/8</c>, <c>ICMP/3/4</c>.</summary>
internal static class TrafficArgument
{
    public static Probe ToProbe(string from, string to, string traffic)
    {
        var parts = traffic.Split('/');
        if (!IpProtocol.TryParse(parts[0], out var protocol))
            throw Wrong(traffic);
        if (protocol.HasIcmpType && parts.Length <= 3)
        {
            return new(from, to, protocol, null)
            {
                IcmpType = parts.Length > 1 ? Number<byte>(traffic, parts[1]) : null,
                IcmpCode = parts.Length > 2 ? Number<byte>(traffic, parts[2]) : null,
            };
        }

        if (!protocol.HasPorts && parts.Length == 1)
            return new(from, to, protocol, null);
        if (protocol.HasPorts && parts.Length == 2 && Number<ushort>(traffic, parts[1]) is > 0 and var port)
            return new(from, to, protocol, port);
        throw Wrong(traffic);
    }

    private static T Number<T>(string traffic, string text)
        where T : struct, IParsable<T>, System.Numerics.IBinaryInteger<T> =>
        T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(traffic);

    private static CommandFailure Wrong(string traffic) =>
        CommandFailure.BadInput($"edgectl: '{traffic}' is no traffic; expected PROTO/PORT such as TCP/9080 (port 1 to 65535), or ICMP, ICMP/TYPE, ICMP/TYPE/CODE");
}
