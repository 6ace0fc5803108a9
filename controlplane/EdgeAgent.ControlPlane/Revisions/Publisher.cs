namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Holds the newest state and wakes those who wait for the next. Nobody is queued for: who is slow sees the newest only.</summary>
internal sealed class Publisher(FleetState first)
{
    private const int Together = 32;

    private readonly Lock _subscribing = new();
    private readonly Dictionary<WakeUp, Func<FleetState, bool>> _subscribers = [];
    private readonly Queue<WakeUp> _line = [];
    private readonly HashSet<WakeUp> _inLine = [];
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
            // Who stands in line keeps the place, so that one revision after another keeps nobody waiting for ever.
            foreach (var (signal, hasToDo) in _subscribers)
            {
                if (hasToDo(state))
                    signal.Set();
                else if (_inLine.Add(signal))
                    _line.Enqueue(signal);
            }

            if (_isWaking || _line.Count == 0)
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

    // A few at a time: whoever was woken before goes on first, and not all have their messages in memory at one moment.
    private async Task WakeAsync()
    {
        do
            await Task.Yield();
        while (WakeSome());
    }

    private bool WakeSome()
    {
        lock (_subscribing)
        {
            for (var i = 0; i < Together && _line.TryDequeue(out var signal); i++)
            {
                _inLine.Remove(signal);
                if (_subscribers.ContainsKey(signal))
                    signal.Set();
            }

            return _isWaking = _line.Count > 0;
        }
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
