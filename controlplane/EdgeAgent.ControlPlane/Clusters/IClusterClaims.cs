namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>Lets one control plane at a time write what a cluster has.</summary>
internal interface IClusterClaims
{
    /// <summary>Waits until nobody else has a claim, and takes it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    Task<IClusterClaim> TakeAsync(string cluster, CancellationToken cancel);
}

/// <summary>A claim on a cluster, until it is disposed or lost.</summary>
internal interface IClusterClaim : IAsyncDisposable
{
    /// <summary>Cancelled when another control plane may have the claim.</summary>
    CancellationToken Lost { get; }
}

/// <summary>Claims where there is one control plane: its store is a file that no other process opens.</summary>
internal sealed class OnlyControlPlane : IClusterClaims
{
    /// <inheritdoc/>
    public Task<IClusterClaim> TakeAsync(string cluster, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Task.FromResult<IClusterClaim>(new Claim());
    }

    private sealed class Claim : IClusterClaim
    {
        public CancellationToken Lost => CancellationToken.None;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
