namespace EdgeAgent.Daemon;

/// <summary>A question to a name server came to nothing: says in words why. Whatever a server sends, this is the one error that it leads to.</summary>
public sealed class DnsException(string message) : Exception(message);
