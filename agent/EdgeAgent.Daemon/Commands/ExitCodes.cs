namespace EdgeAgent.Daemon;

/// <summary>What the exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>A negative answer: the kernel differs from what it must hold.</summary>
    internal const int Negative = 1;

    /// <summary>The input makes no sense.</summary>
    internal const int BadInput = 2;

    /// <summary>The kernel or the disk refused.</summary>
    internal const int Refused = 3;
}
