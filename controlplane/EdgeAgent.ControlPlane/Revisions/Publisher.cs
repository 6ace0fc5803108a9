namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Holds the newest state and wakes those who wait for the next. Nobody is queued for: who is slow sees the newest only.</summary>
internal sealed class Publisher(FleetState first)
{
    // A few at a time: whoever was woken before goes on first, so that not all have their messages and buffers in memory at one moment.
    private const int Together = 32;

    // However many have something to do, the others hear of each revision, too.
    private const int OthersAmongThem = 4;

    // So long those who are woken at once, and the caller who waits for the answer, have the processors for themselves.
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(5);

    private readonly Lock _subscribing = new();
    private readonly Dictionary<WakeUp, Func<FleetState, bool>> _subscribers = [];
    private readonly WaitingLine _concerned = new(), _others = new();
    private bool _isWaking;
    private volatile FleetState _current = first;

    /// <summary>The newest state.</summary>
    public FleetState Current => _current;

    /// <summary>How many wait for the next state.</summary>
    public int Subscribers
    {
        get
        {
            lock (_subscribing)
                return _subscribers.Count;
        }
    }

    /// <summary>Makes a state the newest and wakes all subscribers, those first that have something to do.</summary>
    public void Publish(FleetState state)
    {
        _current = state;
        lock (_subscribing)
        {
            var atOnce = _isWaking ? 0 : Together;
            foreach (var (signal, hasToDo) in _subscribers)
            {
                if (!hasToDo(state))
                    _others.Add(signal);
                else if (atOnce-- > 0)
                    signal.Set();
                else
                    _concerned.Add(signal);
            }

            if (_isWaking || !IsMore)
                return;
            _isWaking = true;
        }

        _ = Task.Run(WakeAsync);
    }

    /// <summary>Lets a signal be set by each publication, until the result is disposed.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="hasToDo">Whether a state changes something for who waits, who then does not wait for all others to hear of it.</param>
    public IDisposable Subscribe(WakeUp signal, Func<FleetState, bool> hasToDo)
    {
        lock (_subscribing)
            _subscribers.Add(signal, hasToDo);
        return new Subscription(this, signal);
    }

    private bool IsMore => _concerned.Count + _others.Count > 0;

    private async Task WakeAsync()
    {
        await Task.Delay(HeadStart);
        do
            await Task.Yield();
        while (WakeSome());
    }

    private bool WakeSome()
    {
        lock (_subscribing)
        {
            var woken = Wake(_concerned, Together - OthersAmongThem);
            Wake(_others, Together - woken);
            return _isWaking = IsMore;
        }
    }

    private int Wake(WaitingLine line, int most)
    {
        var woken = 0;
        while (woken < most && line.TryTake(out var signal))
        {
            woken++;
            if (_subscribers.ContainsKey(signal))
                signal.Set();
        }

        return woken;
    }

    private sealed class Subscription(Publisher publisher, WakeUp signal) : IDisposable
    {
        public void Dispose()
        {
            lock (publisher._subscribing)
                publisher._subscribers.Remove(signal);
        }
    }
}
