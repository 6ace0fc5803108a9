namespace Grpc.Core;

/// <summary>
/// How a call object reaches the running call: either plain delegates (what interceptors give), or static delegates and one state object,
/// so that a call needs no closures.
/// </summary>
internal readonly struct AsyncCallState
{
    private readonly object? state;
    private readonly object responseHeaders;
    private readonly object status;
    private readonly object trailers;
    private readonly object dispose;

    public AsyncCallState(Task<Metadata> responseHeaders, Func<Status> status, Func<Metadata> trailers, Action dispose)
    {
        this.responseHeaders = responseHeaders;
        this.status = status;
        this.trailers = trailers;
        this.dispose = dispose;
        state = null;
    }

    public AsyncCallState(
        Func<object, Task<Metadata>> responseHeaders,
        Func<object, Status> status,
        Func<object, Metadata> trailers,
        Action<object> dispose,
        object state)
    {
        this.responseHeaders = responseHeaders;
        this.status = status;
        this.trailers = trailers;
        this.dispose = dispose;
        this.state = state;
    }

    public Task<Metadata> ResponseHeadersAsync =>
        state is null ? (Task<Metadata>)responseHeaders : ((Func<object, Task<Metadata>>)responseHeaders)(state);

    public Status GetStatus() => state is null ? ((Func<Status>)status)() : ((Func<object, Status>)status)(state);

    public Metadata GetTrailers() => state is null ? ((Func<Metadata>)trailers)() : ((Func<object, Metadata>)trailers)(state);

    public void Dispose()
    {
        if (state is null)
            ((Action)dispose)();
        else
            ((Action<object>)dispose)(state);
    }
}
