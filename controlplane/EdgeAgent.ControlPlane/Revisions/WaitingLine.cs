using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Signals in the order in which they came. Who stands in line keeps the place, so that one revision after another keeps nobody waiting for ever.</summary>
internal sealed class WaitingLine
{
    private readonly Queue<WakeUp> _line = [];
    private readonly HashSet<WakeUp> _inLine = [];

    /// <summary>How many wait.</summary>
    public int Count => _line.Count;

    /// <summary>Puts a signal at the end, unless it stands in line.</summary>
    public void Add(WakeUp signal)
    {
        if (_inLine.Add(signal))
            _line.Enqueue(signal);
    }

    /// <summary>Takes the first one; false where nobody waits.</summary>
    public bool TryTake([MaybeNullWhen(false)] out WakeUp signal) => _line.TryDequeue(out signal) && _inLine.Remove(signal);
}
