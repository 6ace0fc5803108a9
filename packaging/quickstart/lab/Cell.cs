namespace EdgeAgent.Lab;

/// <summary>One cell of a table: what should happen, and what did.</summary>
/// <param name="Source">Who connected.</param>
/// <param name="Destination">To whom.</param>
/// <param name="Port">To which port.</param>
/// <param name="Allowed">Whether it should have been reached.</param>
/// <param name="Outcome">What happened.</param>
/// <param name="Detail">The same in words, for a fault.</param>
public sealed record Cell(LabNode Source, LabNode Destination, ushort Port, bool Allowed, Outcome Outcome, string Detail)
{
    /// <summary>Whether it is as expected: what is denied is met by silence, nothing else.</summary>
    public bool IsRight => Outcome == (Allowed ? Outcome.Reached : Outcome.Silence);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Source.ProbeName} -> {Destination.ProbeName}:{Port}: expected {(Allowed ? "an answer" : "silence")}, got {Outcome}{(Detail.Length > 0 ? $" ({Detail})" : "")}";
}
