using System.Threading.Channels;

namespace EdgeAgent.Daemon;

/// <summary>What happened and was not dealt with yet, with the clock that all events are timed by.</summary>
public sealed class EventQueue(TimeProvider time)
{
    private readonly Channel<AgentEvent> _events = Channel.CreateUnbounded<AgentEvent>(new()
    {
        SingleReader = true,
        // Who posts deals with the event if nobody else does just now: to wake another thread costs more than most events do.
        AllowSynchronousContinuations = true,
    });
    private readonly long _started = time.GetTimestamp();

    /// <summary>Time since the agent started; never jumps.</summary>
    public TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>The time of day.</summary>
    public DateTimeOffset TimeOfDay => time.GetUtcNow();

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    internal ChannelReader<AgentEvent> Reader => _events.Reader;

    /// <summary>Adds an event.</summary>
    public void Post(AgentEvent happened) => _events.Writer.TryWrite(happened);
}
