namespace EdgeAgent.Daemon;

/// <summary>Which kernel is programmed.</summary>
/// <param name="NetworkNamespace">File of the network namespace; null for this process's own.</param>
internal sealed record KernelPlace(string? NetworkNamespace);
