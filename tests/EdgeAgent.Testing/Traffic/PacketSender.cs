using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Sends packets over and over from a namespace, on the calling thread, as fast as it can.</summary>
public sealed class PacketSender : IDisposable
{
    private const int Burst = 64;
    private readonly PacketBatch[] _batches;
    private readonly int[] _next;

    /// <param name="from">Where the packets come from.</param>
    /// <param name="packets">The packets, each with any source address; the families take turns.</param>
    public PacketSender(TestNamespace from, IReadOnlyCollection<Packet> packets)
    {
        _batches = [.. packets.GroupBy(static packet => packet.Peer.Family).Select(family => new PacketBatch(from, family.Key, [.. family]))];
        _next = new int[_batches.Length];
    }

    /// <summary>Sends the next packets, at least so many.</summary>
    /// <returns>How many it were.</returns>
    public int Send(int count)
    {
        var sent = 0;
        while (sent < count)
        {
            for (var i = 0; i < _batches.Length; i++)
            {
                var done = _batches[i].Send(_next[i], Math.Min(Burst, count));
                _next[i] = (_next[i] + done) % _batches[i].Count;
                sent += done;
            }
        }

        return sent;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var batch in _batches)
            batch.Dispose();
    }
}
