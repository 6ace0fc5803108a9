namespace EdgeAgent.Policy.Istio;

/// <summary>
/// What something was derived from: each question that was asked of what is known of the mesh, with the answer. While the answers stay,
/// what was derived stays.
/// </summary>
internal sealed class MeshReads
{
    private readonly List<(MeshParts Part, Func<MeshFacts, object?> Ask, object? Answer)> _reads = [];
    private MeshParts _parts;

    /// <summary>Asks, and remembers.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="part">The part that the answer rests on.</param>
    /// <param name="ask">The question, to be asked again of what is known later; its answers are compared by value.</param>
    public T Ask<T>(MeshFacts facts, MeshParts part, Func<MeshFacts, T> ask)
    {
        var answer = ask(facts);
        _reads.Add((part, later => ask(later), answer));
        _parts |= part;
        return answer;
    }

    /// <summary>Whether all answers are what they were.</summary>
    /// <param name="facts">What is known now.</param>
    /// <param name="changed">The parts that may be others than when it was asked.</param>
    public bool Hold(MeshFacts facts, MeshParts changed)
    {
        if ((_parts & changed) == MeshParts.None)
            return true;
        foreach (var (part, ask, answer) in _reads)
        {
            if ((part & changed) != MeshParts.None && !Equals(ask(facts), answer))
                return false;
        }

        return true;
    }
}
