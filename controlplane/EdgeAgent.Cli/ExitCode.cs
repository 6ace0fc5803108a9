namespace EdgeAgent.Cli;

/// <summary>What the process tells its caller.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Done, and the answer is no: denied, a difference, not found, not realized.</summary>
    public const int Negative = 1;

    /// <summary>The command line or a file is wrong; nothing was changed.</summary>
    public const int BadInput = 2;

    /// <summary>The server cannot be reached, or refused.</summary>
    public const int Server = 3;

    /// <summary>Interrupted: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
