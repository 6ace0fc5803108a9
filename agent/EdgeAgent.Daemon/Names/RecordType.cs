using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>The types of records that are looked at (RFC 1035, RFC 3596, RFC 6891).</summary>
public enum RecordType : ushort
{
    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>Another name of the same thing.</summary>
    CName = 5,

    /// <summary>Who answers for a zone, and how long its negative answers hold.</summary>
    Soa = 6,

    /// <summary>An IPv6 address.</summary>
    Aaaa = 28,

    /// <summary>What the sender of a message can do.</summary>
    Opt = 41,
}

internal static class RecordTypes
{
    internal static RecordType Of(IpFamily family) => family == IpFamily.V4 ? RecordType.A : RecordType.Aaaa;
}
