namespace EdgeAgent.Cli;

/// <summary>Ends a command: what standard error says, and the exit code.</summary>
internal sealed class CommandFailure(int exitCode, IReadOnlyList<string> messages) : Exception(string.Join('\n', messages))
{
    public int ExitCode { get; } = exitCode;

    public IReadOnlyList<string> Messages { get; } = messages;

    public static CommandFailure BadInput(params IReadOnlyList<string> messages) => new(Cli.ExitCode.BadInput, messages);

    public static CommandFailure Negative(params IReadOnlyList<string> messages) => new(Cli.ExitCode.Negative, messages);

    public static CommandFailure Server(params IReadOnlyList<string> messages) => new(Cli.ExitCode.Server, messages);
}
