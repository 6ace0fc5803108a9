using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>Traffic as cases write it: TCP/80, ICMP, ICMP/8, ICMP/8/0, 47.</summary>
internal static class ProbeText
{
    /// <summary>The probe as the command reads it.</summary>
    public static string Of(ExpectedVerdict expected)
    {
        var words = expected.Traffic.Split('/');
        var further = Protocol(expected).HasPorts ? $",\"port\":{words[1]}" : words switch
        {
            [_, var type, var code] => $",\"icmpType\":{type},\"icmpCode\":{code}",
            [_, var type] => $",\"icmpType\":{type}",
            _ => "",
        };
        return $"{{\"from\":\"{expected.From}\",\"to\":\"{expected.To}\",\"protocol\":\"{words[0]}\"{further}}}";
    }

    /// <summary>The protocol.</summary>
    public static IpProtocol Protocol(ExpectedVerdict expected) =>
        IpProtocol.TryParse(expected.Traffic.Split('/')[0], out var protocol) ? protocol : throw new FormatException($"'{expected.Traffic}' is no traffic");

    /// <summary>The number after the first or second slash; 0 where there is none.</summary>
    public static int Number(ExpectedVerdict expected, int place) =>
        expected.Traffic.Split('/') is var words && words.Length > place ? int.Parse(words[place], CultureInfo.InvariantCulture) : 0;
}
