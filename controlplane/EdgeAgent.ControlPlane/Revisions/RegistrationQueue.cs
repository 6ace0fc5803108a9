using System.Diagnostics;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>
/// Hosts that register themselves, on their way into the next revision. All connected hosts acknowledge each revision: where many hosts are
/// new at once, so many revisions of a few of them each would leave no time for anything else. So each revision of registrations is
/// followed by a rest that grows with the fleet, and who comes meanwhile shares the next one. Not for two threads at once.
/// </summary>
/// <param name="publisher">Knows how many hosts will acknowledge.</param>
/// <param name="due">Called, by any thread, when a rest is over that somebody waits in.</param>
internal sealed class RegistrationQueue(Publisher publisher, Action due) : IDisposable
{
    /// <summary>For each connected host; its acknowledgement takes about a fifth of that of a processor, and the rest is for new connections.</summary>
    private static readonly TimeSpan RestOfHost = TimeSpan.FromMilliseconds(1);

    private readonly List<RegistrationWork> _waiting = [];
    private readonly Timer _timer = new(_ => due());
    private TimeSpan _rest;
    private long _rested;

    /// <summary>A host more.</summary>
    public void Add(RegistrationWork registration) => _waiting.Add(registration);

    /// <summary>All that wait, to be made one revision; none while the fleet is left its rest.</summary>
    public IReadOnlyList<RegistrationWork> TakeDue()
    {
        if (_waiting.Count == 0)
            return [];
        var left = _rest - Stopwatch.GetElapsedTime(_rested);
        if (left > TimeSpan.Zero)
        {
            _timer.Change(left, Timeout.InfiniteTimeSpan);
            return [];
        }

        RegistrationWork[] all = [.. _waiting];
        _waiting.Clear();
        return all;
    }

    /// <summary>A revision was made of them: the rest begins.</summary>
    public void Rest() => (_rest, _rested) = (RestOfHost * publisher.Subscribers, Stopwatch.GetTimestamp());

    /// <summary>Tells all that wait that they will not be taken in.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        foreach (var registration in _waiting)
            registration.Cancel();
        _waiting.Clear();
    }
}
