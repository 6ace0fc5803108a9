namespace EdgeAgent.Benchmarks;

/// <summary>
/// How the runtime of simulated agents is set. Real agents have machines of their own; ten thousand in one process, on the processors of the
/// control plane that is measured, are to use little of them.
/// </summary>
internal static class AgentsRuntime
{
    /// <summary>
    /// Environment variables: garbage is collected a quarter of a gigabyte at a time, code is compiled at its first call for this processor, not
    /// taken as it is shipped for all of them, a thread that has nothing to do sleeps at once, and buffers of more connections are kept to be used
    /// again than one program has as a rule.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["DOTNET_GCgen0size"] = "10000000",
        ["DOTNET_ReadyToRun"] = "0",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        ["DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION"] = "2048",
    };

    /// <summary>Whether this process runs so.</summary>
    public static bool IsSet => Settings.All(setting => Environment.GetEnvironmentVariable(setting.Key) == setting.Value);
}
