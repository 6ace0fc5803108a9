namespace EdgeAgent.Policy;

/// <summary>Why a text is no selector.</summary>
/// <param name="Offset">Where, in UTF-16 units from the start of the text, from 0.</param>
/// <param name="Message">What is wrong, and what was expected.</param>
public sealed record SelectorError(int Offset, string Message)
{
    /// <summary><c>at character N: message</c>, counted from 1.</summary>
    public override string ToString() => $"at character {Offset + 1}: {Message}";
}
