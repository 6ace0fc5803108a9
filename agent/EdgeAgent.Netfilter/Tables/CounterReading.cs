namespace EdgeAgent.Netfilter;

/// <summary>What a named counter has counted since it was made.</summary>
/// <param name="Packets">Packets.</param>
/// <param name="Bytes">Their length in bytes, from the IP header on.</param>
public readonly record struct CounterReading(ulong Packets, ulong Bytes);
