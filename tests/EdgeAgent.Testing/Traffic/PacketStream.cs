using System.Diagnostics;
using System.Runtime.ExceptionServices;
using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Sends packets over and over from a namespace, on a thread of its own, at a pace.</summary>
public sealed class PacketStream : IDisposable
{
    private const int Burst = 64;

    private readonly PacketSender _sender;
    private readonly Thread _thread;
    private readonly double _perSecond;
    private long _sent;
    private volatile bool _stopped;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Begins to send.</summary>
    /// <param name="from">Where the packets come from.</param>
    /// <param name="packets">The packets, each with any source address.</param>
    /// <param name="perSecond">How many a second; a thread that was kept from sending makes up for it.</param>
    public PacketStream(TestNamespace from, IReadOnlyCollection<Packet> packets, int perSecond)
    {
        _sender = new(from, packets);
        _perSecond = perSecond;
        _thread = new Thread(Run) { IsBackground = true, Name = "packets" };
        _thread.Start();
    }

    /// <summary>How many were sent so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Sends no more, and waits until the last packet left.</summary>
    public void Stop()
    {
        _stopped = true;
        _thread.Join();
        _failure?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
        _sender.Dispose();
    }

    private void Run()
    {
        try
        {
            var started = Stopwatch.GetTimestamp();
            while (!_stopped)
            {
                if (_sent > Stopwatch.GetElapsedTime(started).TotalSeconds * _perSecond)
                    Thread.Sleep(1);
                else
                    Interlocked.Add(ref _sent, _sender.Send(Burst));
            }
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
