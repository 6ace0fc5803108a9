namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Holds the newest state and wakes those who wait for the next. Nobody is queued for: who is slow sees the newest only.</summary>
internal sealed class Publisher(FleetState first)
{
    private readonly Lock _subscribing = new();
    private readonly HashSet<WakeUp> _subscribers = [];
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

    /// <summary>Makes a state the newest and wakes all subscribers.</summary>
    public void Publish(FleetState state)
    {
        _current = state;
        lock (_subscribing)
        {
            foreach (var subscriber in _subscribers)
                subscriber.Set();
        }
    }

    /// <summary>Lets a signal be set by each publication, until the result is disposed.</summary>
    public IDisposable Subscribe(WakeUp signal)
    {
        lock (_subscribing)
            _subscribers.Add(signal);
        return new Subscription(this, signal);
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
