namespace EdgeAgent.Policy;

/// <summary>Where something was written.</summary>
/// <param name="File">The file as the user named it; empty for what no file says.</param>
/// <param name="Line">The line, from 1; 0 when unknown.</param>
/// <param name="Column">The column, from 1; 0 when unknown.</param>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <summary>No place: what the engine itself supplies.</summary>
    public static SourcePosition None => new("", 0, 0);

    /// <summary><c>file:line:column</c>.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}
