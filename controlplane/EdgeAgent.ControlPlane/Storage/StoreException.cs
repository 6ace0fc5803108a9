namespace EdgeAgent.ControlPlane.Storage;

/// <summary>Why the store could not do what was asked.</summary>
internal enum StoreFailure
{
    /// <summary>The file was made by a newer version, or is no store of ours.</summary>
    Foreign,

    /// <summary>The file is damaged.</summary>
    Corrupt,

    /// <summary>The disk, or the configured limit, is full; nothing was changed and reads go on.</summary>
    Full,

    /// <summary>Another control plane wrote a revision first; what was asked for must be worked out anew.</summary>
    Behind,

    /// <summary>What was asked for was there, and is not kept any more.</summary>
    Pruned,

    /// <summary>Reading or writing failed for another reason.</summary>
    Failed,
}

/// <summary>The store could not do what was asked, and changed nothing.</summary>
internal sealed class StoreException(StoreFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause.</summary>
    public StoreFailure Failure { get; } = failure;
}
