using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>What the kernel was proven to hold.</summary>
/// <param name="Digest">The digest of the canonical text of its table.</param>
/// <param name="Rules">Rules in the table.</param>
/// <param name="Sets">Sets and maps.</param>
/// <param name="Elements">Their elements.</param>
public sealed record KernelProof(Digest Digest, int Rules, int Sets, int Elements);

/// <summary>Who changed the kernel's tables, as the kernel says.</summary>
/// <param name="ProcessId">The process; 0 if unknown.</param>
/// <param name="ProcessName">Its name; empty if unknown.</param>
public sealed record Culprit(int ProcessId, string ProcessName)
{
    /// <summary>Nobody known.</summary>
    public static Culprit Unknown { get; } = new(0, "");

    /// <inheritdoc/>
    public override string ToString() => ProcessId == 0 ? "an unknown process" : $"{ProcessName} (pid {ProcessId})";
}
