namespace Grpc.Core;

/// <summary>Messages that arrive.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last <see cref="MoveNext"/> read.</summary>
    T Current { get; }

    /// <summary>Waits for the next message; false at the end. One read at a time.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>Messages that are sent. One write at a time.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How later messages are written.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Sends a message; done when the transport has taken it.</summary>
    Task WriteAsync(T message);

    /// <summary>Sends a message. Cancelling a write that has begun cancels the call: half a message cannot be taken back.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            throw new NotSupportedException("This stream cannot cancel a write.");
        return WriteAsync(message);
    }
}

/// <summary>Requests of a call with a request stream.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Says that no more requests follow.</summary>
    Task CompleteAsync();
}

/// <summary>Responses of a call with a response stream; the end is the end of the handler.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
