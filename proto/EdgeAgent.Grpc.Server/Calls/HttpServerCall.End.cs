using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server.Internal;

// How a call ends, and the deadline.
internal sealed partial class HttpServerCall
{
    private const int Http2NoError = 0;
    private const int Http2InternalError = 2;
    private const int Http2Cancel = 8;

    // How long a client whose windows are full may take to make room for the end of a call whose deadline has passed.
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(1);

    private DeadlineTimer? deadlineTimer;
    private CancellationTokenSource? deadlineSource;
    private CancellationToken deadlineToken;
    private TaskCompletionSource? expiry;
    private DateTime deadline = DateTime.MaxValue;
    private bool clientIsGone;

    public bool HasDeadline => deadlineSource is not null;

    protected override DateTime DeadlineCore => deadline;

    // Without a deadline the request's own token serves: no source per call.
    protected override CancellationToken CancellationTokenCore => deadlineSource is null ? http.RequestAborted : deadlineToken;

    /// <summary>Ends the call as the handler left it.</summary>
    public void End() => TryEnd(StatusCore, responseTrailers);

    /// <summary>Ends the call for an exception out of the handler or the protocol.</summary>
    public void Fail(Exception error)
    {
        var gone = clientIsGone || http.RequestAborted.IsCancellationRequested;
        var status = HandlerFailure.ToStatus(error, gone, options.DetailedErrors);
        if (error is RpcException rpc)
        {
            ServerLog.CallFailed(logger, method.FullName, status.StatusCode, status.Detail);
            foreach (var entry in rpc.Trailers)
                ResponseTrailers.Add(entry);
        }
        else if (status.StatusCode == StatusCode.Unknown && !HasEnded)
        {
            ServerLog.HandlerThrew(logger, method.FullName, error);
        }

        TryEnd(status, responseTrailers);
    }

    /// <summary>Waits until nothing of the call runs any more. The last thing that happens.</summary>
    public async ValueTask DisposeAsync()
    {
        if (deadlineTimer is null)
            return;
        deadlineTimer.Dispose();
        Task? expiring;
        lock (Gate)
            expiring = expiry?.Task;
        if (expiring is not null)
            await expiring.ConfigureAwait(false);
        deadlineSource!.Dispose();
    }

    private void StartDeadline(TimeSpan? timeout)
    {
        if (timeout is null)
            return;
        var now = DateTime.UtcNow;
        deadline = timeout.Value < DateTime.MaxValue - now ? now + timeout.Value : DateTime.MaxValue;
        deadlineSource = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        deadlineToken = deadlineSource.Token;
        deadlineTimer = new DeadlineTimer(timeout.Value, static call => ((HttpServerCall)call).Expire(), this);
        deadlineTimer.Start();
    }

    // Ends the response although the handler may run on; the handler's token is cancelled as well.
    private async void Expire()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            lock (Gate)
            {
                if (HasEnded)
                    return;
                expiry = done;
                TryEnd(new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded"), trailers: null);
            }

            ServerLog.DeadlineExceeded(logger, method.FullName);
            var completing = http.Response.CompleteAsync();
            await deadlineSource!.CancelAsync().ConfigureAwait(false);
            Reset(await IsDoneSoonAsync(completing).ConfigureAwait(false) ? Http2NoError : Http2Cancel);
        }
        catch (Exception error)
        {
            ServerLog.ExpiryFailed(logger, method.FullName, error);
        }
        finally
        {
            done.SetResult();
        }
    }

    private void TryEnd(Status status, Metadata? trailers)
    {
        lock (Gate)
        {
            if (HasEnded)
                return;
            hasEnded = true;
            StatusCore = status;
            if (writer is { IsBroken: true })
                Reset(Http2InternalError); // half a message is in the response: a status would be read as its rest
            else if (bodyWritten || headersSent)
                WriteTrailers(status, trailers);
            else
                ResponseStatus.Write(http.Response.Headers, status, trailers);
        }
    }

    private void WriteTrailers(Status status, Metadata? trailers)
    {
        var target = http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        if (target is { IsReadOnly: false })
            ResponseStatus.Write(target, status, trailers);
    }

    private void Reset(int http2Code)
    {
        if (http.Features.Get<IHttpResetFeature>() is { } reset)
            reset.Reset(http2Code);
        else
            http.Abort();
    }

    private static async ValueTask<bool> IsDoneSoonAsync(Task task)
    {
        await Task.WhenAny(task, Task.Delay(EndGrace)).ConfigureAwait(false);
        return task.IsCompletedSuccessfully;
    }
}
