using System.Threading.Channels;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>What is to be sent to the control plane: the newest status only. A slow control plane is never queued for.</summary>
public sealed class Outbox
{
    private readonly Channel<HostStatus> _newest = Channel.CreateBounded<HostStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private volatile HostStatus? _last;

    /// <summary>Replaces a status that was not sent yet.</summary>
    public void Put(HostStatus status)
    {
        _last = status;
        _newest.Writer.TryWrite(status);
    }

    /// <summary>Sends the newest status once more.</summary>
    public void Repeat()
    {
        if (_last is { } status)
            _newest.Writer.TryWrite(status);
    }

    /// <summary>Waits for a status.</summary>
    public ValueTask<HostStatus> TakeAsync(CancellationToken cancellation) => _newest.Reader.ReadAsync(cancellation);
}
