namespace EdgeAgent.Daemon;

/// <summary>
/// Waits between attempts to reach the control plane: they double up to a bound, and each is drawn at random from the half above its
/// middle, so that a fleet that lost its control plane at one moment does not come back at one moment.
/// </summary>
/// <param name="random">Draws from 0 to 1.</param>
public sealed class Backoff(Func<double> random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private int _attempts;

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        var bound = _attempts < 16 ? First * (1 << _attempts) : Longest;
        _attempts++;
        if (bound > Longest)
            bound = Longest;
        return bound * (0.5 + (0.5 * random()));
    }

    /// <summary>The control plane answered.</summary>
    public void Reset() => _attempts = 0;
}
