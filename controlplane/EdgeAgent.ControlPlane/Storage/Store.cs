namespace EdgeAgent.ControlPlane.Storage;

/// <summary>All that the control plane keeps, in one file of the data directory. One process at a time uses it.</summary>
internal sealed class Store : IDisposable
{
    private readonly FileStream _claim;
    private readonly SqliteFile _file;

    private Store(FileStream claim, SqliteFile file)
    {
        (_claim, _file) = (claim, file);
        Revisions = new(file);
        Transitions = new(file);
        Tokens = new(file);
    }

    /// <summary>The revisions and the current documents.</summary>
    public RevisionLog Revisions { get; }

    /// <summary>The status transitions.</summary>
    public TransitionLog Transitions { get; }

    /// <summary>The enrolment tokens.</summary>
    public TokenTable Tokens { get; }

    /// <summary>Opens the store of a data directory, and makes both where they do not exist.</summary>
    /// <param name="dataDirectory">The directory.</param>
    /// <param name="limit">How large the file may grow, in bytes; 0 for as large as the disk.</param>
    /// <exception cref="StoreException">It is foreign, damaged, unreadable, or in use.</exception>
    public static Store Open(string dataDirectory, long limit)
    {
        FileStream claim;
        try
        {
            Directory.CreateDirectory(dataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            claim = new(Path.Combine(dataDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Failed, $"{dataDirectory}: {e.Message} (expected a writable directory that no other edgecontrol uses)", e);
        }

        try
        {
            return new(claim, SqliteFile.Open(dataDirectory, limit));
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _claim.Dispose();
    }
}
