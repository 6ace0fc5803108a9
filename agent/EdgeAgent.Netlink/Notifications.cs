namespace EdgeAgent.Netlink;

/// <summary>What the kernel tells the members of a multicast group, or who is bound to a log group.</summary>
public static class Notifications
{
    /// <summary>Takes one message, which is valid during the call.</summary>
    public delegate void Reader(NetlinkMessage message);

    /// <summary>Waits for the next notification and reads all that are queued by then. For one reader.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="buffer">Room for the largest datagram.</param>
    /// <param name="read">Takes each message in its order.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>False if some were lost: the kernel had no room for them, or they were unreadable. Those before them have been read.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="NetlinkException">The socket failed.</exception>
    public static async ValueTask<bool> ReadNextAsync(this NetlinkSocket socket, byte[] buffer, Reader read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(read);
        cancellation.ThrowIfCancellationRequested();
        try
        {
            await socket.WaitAsync(cancellation).ConfigureAwait(false);
            while (socket.TryReceive(buffer, out var length))
            {
                var messages = new MessageReader(buffer.AsSpan(0, length));
                while (messages.MoveNext())
                    read(messages.Current);
            }

            return true;
        }
        catch (NetlinkException e) when (e.Errno is Errno.ENOBUFS or Errno.EBADMSG or Errno.EMSGSIZE)
        {
            return false;
        }
    }
}
