using System.CommandLine;

namespace EdgeAgent.Cli.Output;

/// <summary>How an answer is written.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
}

/// <summary>The option <c>-o</c>.</summary>
internal static class OutputOption
{
    public static Option<OutputFormat?> Create(params OutputFormat[] formats)
    {
        var names = formats.Select(format => format.ToString().ToLowerInvariant()).ToArray();
        var option = new Option<OutputFormat?>("--output", "-o")
        {
            Description = "How the answer is written.",
            HelpName = string.Join('|', names),
            CustomParser = result =>
            {
                var index = Array.IndexOf(names, result.Tokens[0].Value);
                if (index >= 0)
                    return formats[index];
                result.AddError($"'{result.Tokens[0].Value}' is no output format here; expected {string.Join(" or ", names)}");
                return null;
            },
        };
        return option;
    }
}
