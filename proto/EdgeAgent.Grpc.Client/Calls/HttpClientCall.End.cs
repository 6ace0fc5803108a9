using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

// How a call ends.
internal sealed partial class HttpClientCall
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource cancellation = new();
    private readonly CancellationToken token; // stays usable after its source is disposed
    private CancellationTokenRegistration callerRegistration;
    private CancellationTokenRegistration parentRegistration;
    private DeadlineTimer? deadlineTimer;
    private DateTime deadline = DateTime.MaxValue;
    private Status status;
    private Metadata? trailers;
    private bool endedHere;
    private volatile bool hasEnded; // written last: who sees it sees the status

    /// <summary>True once the status is known.</summary>
    public bool HasEnded => hasEnded;

    /// <summary>Cancelled when the call ends early.</summary>
    public CancellationToken Token => token;

    public Status GetStatus() =>
        HasEnded ? status : throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    public Metadata GetTrailers() =>
        HasEnded ? trailers! : throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.");

    public void Dispose() => Cancel("gRPC call disposed.");

    /// <summary>Ends the call with Cancelled.</summary>
    public void Cancel(string why) => End(new Status(StatusCode.Cancelled, why), Metadata.Empty, here: true);

    /// <summary>What to throw for the way the call ended.</summary>
    public Exception Failure()
    {
        var failure = new RpcException(status, trailers ?? Metadata.Empty);
        var isCancellation = endedHere || (status.StatusCode == StatusCode.DeadlineExceeded && deadline != DateTime.MaxValue);
        return isCancellation && channel.ThrowsOperationCanceled
            ? new OperationCanceledException(failure.Message, failure, options.CancellationToken)
            : failure;
    }

    private void WatchTokens()
    {
        var parent = options.PropagationToken;
        deadline = Earlier(options.Deadline, parent?.ParentDeadline);
        if (deadline != DateTime.MaxValue)
        {
            var remaining = deadline - DateTime.UtcNow;
            if (remaining <= TimeSpan.Zero)
            {
                Expire();
                return;
            }

            deadlineTimer = new DeadlineTimer(remaining, static call => ((HttpClientCall)call).Expire(), this);
            deadlineTimer.Start();
        }

        callerRegistration = Register(options.CancellationToken);
        parentRegistration = Register(parent?.ParentCancellationToken ?? CancellationToken.None);

        // What fired during the registration ended the call before it could be undone.
        if (HasEnded)
            Release();
    }

    private CancellationTokenRegistration Register(CancellationToken source) =>
        source.UnsafeRegister(static call => ((HttpClientCall)call!).Cancel("Call canceled by the client."), this);

    private void Expire() => End(new Status(StatusCode.DeadlineExceeded, ""), Metadata.Empty, here: true);

    private void End(Status final) => End(final, Metadata.Empty);

    private void End(Status final, Metadata finalTrailers, bool here = false)
    {
        lock (gate)
        {
            if (HasEnded)
                return;
            status = final;
            trailers = finalTrailers.Freeze();
            endedHere = here;
            hasEnded = true;
        }

        ClientLog.CallEnded(channel.Logger, method.FullName, final.StatusCode, final.Detail);
        channel.Remove(this);
        Release();
        body?.Stop();
        if (final.StatusCode != StatusCode.OK)
            cancellation.Cancel();
        response?.Dispose();
    }

    // False if the call ended while it waited for these headers.
    private bool TryAttach(HttpResponseMessage answer)
    {
        lock (gate)
        {
            response = answer;
            if (!HasEnded)
                return true;
        }

        answer.Dispose();
        return false;
    }

    private void Release()
    {
        deadlineTimer?.Dispose();
        callerRegistration.Unregister();
        parentRegistration.Unregister();
    }

    private static DateTime Earlier(DateTime? one, DateTime? other)
    {
        var first = one?.ToUniversalTime() ?? DateTime.MaxValue;
        var second = other?.ToUniversalTime() ?? DateTime.MaxValue;
        return first < second ? first : second;
    }
}
