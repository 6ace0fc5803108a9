namespace EdgeAgent.Cli.Inputs;

/// <summary>Something wrong in a line of JSON.</summary>
/// <param name="Column">Where in the line, from 1.</param>
/// <param name="Message">What is wrong, and what was expected.</param>
internal sealed record BadLine(int Column, string Message);

/// <summary>The value at the reader's place is wrong: says what, and what was expected.</summary>
internal sealed class BadLineException(string message) : Exception(message);
