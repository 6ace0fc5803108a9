using System.Text;

namespace EdgeAgent.Cli.Tests.Support;

/// <summary>What one command line gave.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The lines of standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a command line with nothing on standard input and an empty environment.</summary>
    public static Task<CommandRun> Of(params string[] arguments) => With(new(), arguments);

    /// <summary>Runs a command line.</summary>
    public static async Task<CommandRun> With(Surroundings surroundings, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal
        {
            Output = output,
            Error = error,
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(surroundings.Input)),
            Environment = name => surroundings.Environment.GetValueOrDefault(name),
            OutputIsTerminal = surroundings.IsTerminal,
            ErrorIsTerminal = surroundings.IsTerminal,
        };
        var exitCode = await Edgectl.RunAsync(arguments, terminal, surroundings.Cancellation);
        return new(exitCode, output.ToString(), error.ToString());
    }
}

/// <summary>What a command finds around it.</summary>
internal sealed record Surroundings
{
    /// <summary>Standard input.</summary>
    public string Input { get; init; } = "";

    /// <summary>The environment.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>Whether a person is there.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Ends the command early.</summary>
    public CancellationToken Cancellation { get; init; }
}
