using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>An operation that the kernel would refuse; the whole transaction is void.</summary>
public sealed class KernelRefusalException(string error, Operation? operation, string why) : Exception($"{error}: {operation?.ToString() ?? "commit"}: {why}")
{
    /// <summary>The error's name: EEXIST, ENOENT, EBUSY, ENFILE, EINVAL, ELOOP, EMLINK, EOPNOTSUPP; UNSAFE for what the kernel takes but packets suffer from.</summary>
    public string Error { get; } = error;
}
