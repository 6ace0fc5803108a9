namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Something that the one writer of revisions has to do.</summary>
internal abstract class RevisionWork
{
    /// <summary>Tells who waits that it went wrong.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Tells who waits that it will not be done.</summary>
    public abstract void Cancel();
}

/// <summary>Something that somebody waits for.</summary>
internal abstract class RevisionWork<T> : RevisionWork
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when it is done, with what came of it.</summary>
    public Task<T> Done => _done.Task;

    /// <summary>Tells who waits what came of it.</summary>
    public void Succeed(T result) => _done.TrySetResult(result);

    /// <inheritdoc/>
    public override void Fail(Exception exception) => _done.TrySetException(exception);

    /// <inheritdoc/>
    public override void Cancel() => _done.TrySetCanceled();
}

/// <summary>A host to take in as it says it is; comes to why it is not, or null.</summary>
internal sealed class RegistrationWork(RegisteredHost host) : RevisionWork<string?>
{
    /// <summary>What it says of itself.</summary>
    public RegisteredHost Host { get; } = host;
}
