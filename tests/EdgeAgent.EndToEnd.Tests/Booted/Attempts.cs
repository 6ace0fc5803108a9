using System.Net;
using EdgeAgent.Testing;

namespace EdgeAgent.EndToEnd.Tests.Booted;

/// <summary>Connects from one address again and again until told to stop, and counts what became of it.</summary>
internal sealed class Attempts : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stopped;

    /// <param name="timeout">After this an attempt counts as silent.</param>
    public Attempts(TestNamespace from, string source, string to, int port, TimeSpan timeout)
    {
        var (sourceAddress, target) = (IPAddress.Parse(source), IPAddress.Parse(to));
        _thread = new(() =>
        {
            while (!_stopped)
            {
                if (Probe.Tcp(from, target, port, timeout, sourceAddress) == ProbeResult.Answered)
                    Answered++;
                else
                    Failed++;
                Thread.Sleep(10);
            }
        })
        { IsBackground = true, Name = $"attempts from {source}" };
        _thread.Start();
    }

    /// <summary>Connections that exchanged a byte.</summary>
    public int Answered { get; private set; }

    /// <summary>Connections that did not.</summary>
    public int Failed { get; private set; }

    /// <summary>Ends the attempts; the counts stand after it.</summary>
    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }
}
