namespace EdgeAgent.Contracts;

/// <summary>The two families of IP.</summary>
public enum IpFamily : byte
{
    /// <summary>IPv4, 32-bit addresses.</summary>
    V4 = 4,

    /// <summary>IPv6, 128-bit addresses.</summary>
    V6 = 6,
}
