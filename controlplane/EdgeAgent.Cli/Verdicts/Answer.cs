namespace EdgeAgent.Cli.Verdicts;

/// <summary>What is decided on a probe.</summary>
/// <param name="Allowed">Whether both ends let it pass.</param>
/// <param name="Egress">The source's end.</param>
/// <param name="Ingress">The destination's end.</param>
/// <param name="Error">Why there is no answer, such as an unknown host; empty where there is one.</param>
internal sealed record Answer(bool Allowed, EndAnswer Egress, EndAnswer Ingress, string Error = "")
{
    /// <summary>No answer.</summary>
    public static Answer Unanswerable(string error) => new(false, EndAnswer.None, EndAnswer.None, error);
}

/// <summary>What one end decides.</summary>
/// <param name="Allowed">Whether it lets the flow pass.</param>
/// <param name="Policy">The deciding policy as <c>Kind namespace/name</c>; empty where none decides.</param>
/// <param name="Rule">Where in it, such as <c>ingress[0]</c>; empty for its end.</param>
/// <param name="Source">Where that was written; empty if unknown.</param>
/// <param name="Others">Why the rules before it did not match, in words.</param>
internal sealed record EndAnswer(bool Allowed, string Policy, string Rule, string Source, IReadOnlyList<string> Others)
{
    /// <summary>No policy decides.</summary>
    public static EndAnswer None { get; } = new(true, "", "", "", []);

    /// <summary>What only the host knows and the decision may turn on; empty for nothing.</summary>
    public string Note { get; init; } = "";
}
