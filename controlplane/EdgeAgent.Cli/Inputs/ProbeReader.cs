using System.Text.Json;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Inputs;

/// <summary>Reads a probe: <c>{"from":"ns/name or ip","to":"ns/name or ip","protocol":"TCP","port":80}</c>.</summary>
internal static class ProbeReader
{
    private const string Fields = "expected the fields from, to, protocol, port, icmpType, icmpCode";

    public static Probe Read(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw new BadLineException("no object; expected {\"from\", \"to\", \"protocol\", \"port\"}");
        string? from = null, to = null;
        IpProtocol? protocol = null;
        int? port = null;
        byte? icmpType = null, icmpCode = null;
        var seen = new HashSet<string>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var field = json.GetString()!;
            if (!seen.Add(field))
                throw new BadLineException($"'{field}' comes twice; expected each field once");
            switch (field)
            {
                case "from":
                    from = End(ref json, field);
                    break;
                case "to":
                    to = End(ref json, field);
                    break;
                case "protocol":
                    protocol = Protocol(ref json);
                    break;
                case "port":
                    port = Number(ref json, field, ushort.MaxValue);
                    break;
                case "icmpType":
                    icmpType = (byte?)Number(ref json, field, byte.MaxValue);
                    break;
                case "icmpCode":
                    icmpCode = (byte?)Number(ref json, field, byte.MaxValue);
                    break;
                default:
                    throw new BadLineException($"unknown field '{field}'; {Fields}");
            }
        }

        if (from is null || to is null)
            throw new BadLineException($"'{(from is null ? "from" : "to")}' is missing; {Fields}");
        var used = protocol ?? IpProtocol.Tcp;
        if (used.HasPorts && port is null or 0)
            throw new BadLineException($"no port for {used}; expected \"port\" from 1 to 65535");
        return new(from, to, used, used.HasPorts ? (ushort?)port : null) { IcmpType = icmpType, IcmpCode = icmpCode };
    }

    private static string End(ref Utf8JsonReader json, string field)
    {
        json.Read();
        return json.TokenType == JsonTokenType.String && json.GetString() is { Length: > 0 } text
            ? text
            : throw new BadLineException($"'{field}' names nobody; expected \"namespace/name\" or an address");
    }

    private static IpProtocol Protocol(ref Utf8JsonReader json)
    {
        json.Read();
        var text = json.TokenType switch
        {
            JsonTokenType.String => json.GetString(),
            JsonTokenType.Number when json.TryGetByte(out var number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => null,
        };
        return IpProtocol.TryParse(text, out var protocol)
            ? protocol
            : throw new BadLineException("unknown protocol; expected TCP, UDP, SCTP, ICMP, ICMPv6, UDPLite or a number from 0 to 255");
    }

    private static int? Number(ref Utf8JsonReader json, string field, int most)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
            return null;
        return json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var number) && number >= 0 && number <= most
            ? number
            : throw new BadLineException($"'{field}' is out of range; expected a number from 0 to {most}");
    }
}
