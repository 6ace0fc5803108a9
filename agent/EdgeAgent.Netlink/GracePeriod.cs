using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>
/// Waits for a grace period of the kernel's RCU: whatever was under way in it when the wait began, as a packet on its way through rules,
/// is done when the wait ends. Some milliseconds.
/// </summary>
public static class GracePeriod
{
    // MEMBARRIER_CMD_GLOBAL of linux/membarrier.h: synchronize_rcu(), but for a machine with one processor, where hardly anything is under way while we run.
    private const int Global = 1;

    // A kernel with processors that have no clock tick (nohz_full) refuses. Nothing is said there about how long a packet takes, but this is long for one.
    private static readonly TimeSpan Otherwise = TimeSpan.FromMilliseconds(20);

    // The C library has no function for membarrier(2), so it is called by its number (asm/unistd.h).
    private static readonly int? Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 324,
        Architecture.Arm64 => 283,
        _ => null,
    };

    /// <summary>Returns when it is over: false where the kernel does not say so, and a fixed time was waited instead.</summary>
    public static bool Wait()
    {
        if (Number is { } number && LibC.SystemCall(number, Global, 0, 0) == 0)
            return true;
        Thread.Sleep(Otherwise);
        return false;
    }
}
