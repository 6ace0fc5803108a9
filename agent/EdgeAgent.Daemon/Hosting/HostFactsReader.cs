using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Reads what the agent says of its host.</summary>
internal sealed class HostFactsReader(AgentOptions options, HostIdentity identity, string backend)
{
    /// <summary>The agent's version.</summary>
    internal static string Version { get; } = typeof(HostFactsReader).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>The facts now; addresses may have changed since the last time.</summary>
    internal HostFacts Read() => new()
    {
        Namespace = identity.Namespace,
        Name = identity.Name,
        Labels = options.Labels,
        Addresses = options.Addresses.IsEmpty ? InterfaceAddresses.Reachable() : options.Addresses,
        Ports = options.Ports,
        MachineId = FirstLine("/etc/machine-id"),
        AgentVersion = Version,
        Kernel = FirstLine("/proc/sys/kernel/osrelease"),
        Backend = backend,
    };

    private static string FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
