using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>Deals with one message of an answer.</summary>
/// <param name="message">The message; valid during the call only.</param>
/// <param name="state">What is being built up.</param>
public delegate void MessageHandler<in TState>(NetlinkMessage message, TState state);

/// <summary>Requests and their answers over one socket, matched by sequence number. Not for two threads at once.</summary>
public sealed class NetlinkConnection : IDisposable
{
    private const int ReceiveBufferLength = 1 << 16;
    private const int DumpAttempts = 16;

    // A datagram must be shorter than the send buffer by the kernel's own bookkeeping.
    private const int SendBufferOverhead = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly byte[] _received = new byte[ReceiveBufferLength];
    private uint _sequence;
    private int _sendBuffer;
    private bool _unfinished;

    /// <param name="socket">An open socket without group memberships; owned from here on.</param>
    public NetlinkConnection(NetlinkSocket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Socket = socket;
    }

    /// <summary>The socket underneath.</summary>
    public NetlinkSocket Socket { get; }

    /// <summary>A number that no message of this connection had lately; never 0.</summary>
    public uint NextSequence() => ++_sequence == 0 ? ++_sequence : _sequence;

    /// <summary>
    /// Sends one message and gathers its answer, up to the acknowledgement or the end of the dump. A dump that the kernel
    /// declares inconsistent (NLM_F_DUMP_INTR) is started afresh.
    /// </summary>
    /// <param name="operation">What this is, in words, for errors.</param>
    /// <param name="request">Exactly one message; its sequence number is set here, and an acknowledgement is asked for.</param>
    /// <param name="begin">Makes the empty state; called again for each fresh start.</param>
    /// <param name="handle">Adds one message of the answer to the state.</param>
    /// <exception cref="NetlinkException">The kernel refused; EINTR: its state kept changing; ETIMEDOUT: it did not answer.</exception>
    public TState Request<TState>(string operation, MessageBuffer request, Func<TState> begin, MessageHandler<TState> handle)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(begin);
        ArgumentNullException.ThrowIfNull(handle);
        request.AddFlags(0, MessageFlags.Request | MessageFlags.Acknowledge);
        for (var attempt = 0; attempt < DumpAttempts; attempt++)
        {
            var sequence = NextSequence();
            request.SetSequence(0, sequence);
            var state = begin();
            // What an earlier answer left behind, when its handler threw, must not be in the way of this one.
            Discard();
            _unfinished = true;
            Socket.Send(request.Written);
            if (Gather(operation, sequence, state, handle))
                return state;
        }

        throw new NetlinkException(operation, Errno.EINTR, $"the kernel's state changed during each of {DumpAttempts} dumps");
    }

    /// <summary>Sends one message and waits for its acknowledgement.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or did not answer.</exception>
    public void Execute(string operation, MessageBuffer request) =>
        Request(operation, request, static () => 0, static (_, _) => { });

    /// <summary>Sends a row of messages in one datagram and gathers what the kernel says about each.</summary>
    /// <param name="operation">What this is, in words, for errors.</param>
    /// <param name="batch">The messages.</param>
    /// <param name="confirming">
    /// The sequence number of the last message that can fail, which asks for an acknowledgement: answers come in the order of the messages,
    /// so that after it there is nothing to wait for.
    /// </param>
    /// <param name="failures">Receives every error that the kernel reports, in its order; what was in it is removed.</param>
    /// <param name="state">What <paramref name="handle"/> builds up.</param>
    /// <param name="handle">Deals with every other message of the answer, such as echoes.</param>
    /// <returns>True if the confirming message was acknowledged and nothing failed.</returns>
    /// <exception cref="NetlinkException">The batch could not be sent, or nothing at all was answered.</exception>
    public bool Transact<TState>(string operation, MessageBuffer batch, uint confirming, List<Acknowledgement> failures, TState state, MessageHandler<TState> handle)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentNullException.ThrowIfNull(failures);
        failures.Clear();
        if (_unfinished)
            Discard();
        _unfinished = true;
        EnsureSendBuffer(batch.Length);
        Socket.Send(batch.Written);

        // The kernel has worked off the whole batch by now; all it says is queued.
        var confirmed = false;
        var overrun = false;
        while (!(confirmed && failures.Count == 0)
            && (Receive(ref overrun, out var length) || (failures.Count == 0 && Socket.Wait(Patience) && Receive(ref overrun, out length))))
        {
            var messages = new MessageReader(_received.AsSpan(0, length));
            while (messages.MoveNext())
            {
                if (messages.Current.Type != NetlinkMessage.ErrorType)
                {
                    handle(messages.Current, state);
                    continue;
                }

                var answer = Acknowledgement.Read(messages.Current);
                if (!answer.Succeeded)
                    failures.Add(answer);
                else if (answer.Sequence == confirming)
                    confirmed = true;
            }
        }

        if (!confirmed && failures.Count == 0)
            throw new NetlinkException(operation, overrun ? Errno.ENOBUFS : Errno.ETIMEDOUT, "the kernel neither confirmed nor refused the batch");
        _unfinished = failures.Count > 0;
        return !_unfinished;
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private bool Gather<TState>(string operation, uint sequence, TState state, MessageHandler<TState> handle)
    {
        var interrupted = false;
        while (true)
        {
            if (!Socket.TryReceive(_received, out var length))
            {
                if (!Socket.Wait(Patience))
                    throw new NetlinkException(operation, Errno.ETIMEDOUT, $"no answer within {Patience.TotalSeconds} s");
                continue;
            }

            var messages = new MessageReader(_received.AsSpan(0, length));
            while (messages.MoveNext())
            {
                var message = messages.Current;
                if (message.Sequence != sequence || message.Type == NetlinkMessage.NoOperationType)
                    continue;
                interrupted |= (message.Flags & MessageFlags.DumpInterrupted) != 0;
                switch (message.Type)
                {
                    case NetlinkMessage.ErrorType:
                        var answer = Acknowledgement.Read(message);
                        return answer.Succeeded ? !interrupted : throw answer.ToException(operation);
                    case NetlinkMessage.DoneType:
                        ThrowIfFailed(operation, message);
                        return !interrupted;
                    default:
                        handle(message, state);
                        break;
                }
            }
        }
    }

    // NLMSG_DONE carries the result of the dump: 0, or -errno.
    private static void ThrowIfFailed(string operation, NetlinkMessage done)
    {
        if (done.Payload.Length >= 4 && MemoryMarshal.Read<int>(done.Payload) is < 0 and > int.MinValue and var error)
            throw new NetlinkException(operation, (Errno)(-error));
    }

    private bool Receive(ref bool overrun, out int length)
    {
        try
        {
            return Socket.TryReceive(_received, out length);
        }
        catch (NetlinkException e) when (e.Errno == Errno.ENOBUFS)
        {
            // So many messages failed that not all errors fitted; those that did are still queued.
            overrun = true;
            return Socket.TryReceive(_received, out length);
        }
    }

    private void EnsureSendBuffer(int datagram)
    {
        if (datagram + SendBufferOverhead <= _sendBuffer)
            return;
        _sendBuffer = Math.Max(datagram + SendBufferOverhead, ReceiveBufferLength);
        Socket.SetSendBuffer(_sendBuffer);
    }

    private void Discard()
    {
        var overrun = false;
        while (Receive(ref overrun, out _))
        {
        }
    }
}
