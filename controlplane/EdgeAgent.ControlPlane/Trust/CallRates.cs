using Grpc.Core;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>How many calls each caller may make: so many at once, then so many a second. Whoever asks for more is told to wait.</summary>
internal sealed class CallRates(TimeProvider time)
{
    private const int AtOnce = 200;
    private const double EachSecond = 50;

    // Callers that were silent for long have all their calls again, so that forgetting them loses nothing.
    private const int MostRemembered = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (double Left, long At)> _callers = [];

    /// <summary>Counts a call.</summary>
    /// <param name="caller">Who calls: a proven identity, or the address of somebody who has none.</param>
    /// <exception cref="RpcException">It is one too many.</exception>
    public void Count(string caller)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_callers.Count >= MostRemembered)
                Forget(now);
            var (left, at) = _callers.GetValueOrDefault(caller, (AtOnce, now));
            left = Math.Min(AtOnce, left + (EachSecond * time.GetElapsedTime(at, now).TotalSeconds));
            if (left < 1)
                throw new RpcException(new(StatusCode.ResourceExhausted, $"more than {AtOnce} calls at once and {EachSecond} a second from {caller}; expected it to wait"));
            _callers[caller] = (left - 1, now);
        }
    }

    private void Forget(long now)
    {
        var full = TimeSpan.FromSeconds(AtOnce / EachSecond);
        foreach (var (caller, (_, at)) in _callers.ToList())
        {
            if (time.GetElapsedTime(at, now) > full)
                _callers.Remove(caller);
        }

        // So many busy callers are an attack from many addresses, which no count of each holds off.
        if (_callers.Count >= MostRemembered)
            _callers.Clear();
    }
}
