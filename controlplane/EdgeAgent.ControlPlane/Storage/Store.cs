namespace EdgeAgent.ControlPlane.Storage;

/// <summary>All that the control plane keeps.</summary>
internal sealed class Store : IDisposable
{
    private readonly IDisposable _claim;
    private readonly AuditKey _key;

    private Store(IDisposable claim, IDatabase database, AuditKey key, long rulesetBudget)
    {
        (_claim, Database, _key) = (claim, database, key);
        var heads = new ChainHeads(key);
        heads.Adopt(database);
        Revisions = new(database, heads);
        Transitions = new(database, heads);
        Observations = new(database, heads);
        Rulesets = new(database, rulesetBudget);
        Actions = new(database, heads);
        Tokens = new(database, Actions);
        Enrolments = new(database, Actions);
        People = new(database, Actions);
        Epochs = new(database, Actions);
        Authorities = new(database, Actions);
        History = new(database, key, Actions);
        Drafts = new(database, Actions);
        Rollouts = new(database);
    }

    /// <summary>Where it is kept.</summary>
    public IDatabase Database { get; }

    /// <summary>The revisions and the current documents.</summary>
    public RevisionLog Revisions { get; }

    /// <summary>The status transitions.</summary>
    public TransitionLog Transitions { get; }

    /// <summary>What was seen at hosts.</summary>
    public ObservationLog Observations { get; }

    /// <summary>What people did that is no revision.</summary>
    public ActionLog Actions { get; }

    /// <summary>What kernels held, as text.</summary>
    public RulesetTable Rulesets { get; }

    /// <summary>The enrolment tokens.</summary>
    public TokenTable Tokens { get; }

    /// <summary>The hosts that enrolled.</summary>
    public EnrolmentTable Enrolments { get; }

    /// <summary>Which restoration of the control plane this is.</summary>
    public EpochTable Epochs { get; }

    /// <summary>The embedded authorities.</summary>
    public AuthorityTable Authorities { get; }

    /// <summary>The people who may call.</summary>
    public PeopleTable People { get; }

    /// <summary>What becomes of old revisions.</summary>
    public HistoryPruning History { get; }

    /// <summary>The changes that are prepared.</summary>
    public DraftTable Drafts { get; }

    /// <summary>The changes that reach, or reached, the fleet in waves.</summary>
    public RolloutTable Rollouts { get; }

    /// <summary>The public key that the heads of the logs are signed with, SubjectPublicKeyInfo in DER.</summary>
    public byte[] AuditPublicKey => _key.PublicKey;

    /// <summary>The signed heads of the logs.</summary>
    public IReadOnlyList<ChainHead> Heads => Database.Read(ChainHeads.All);

    /// <summary>The hash of a row of a log; null where there is none such.</summary>
    public byte[]? HashAt(string log, long number) => log is RevisionLog.Name or TransitionLog.Name or ObservationLog.Name or ActionLog.Name
        ? Database.Read(connection => (byte[]?)connection.Scalar($"SELECT hash FROM {log} WHERE number = $1", number))
        : null;

    /// <summary>Opens the store of a data directory, one file of it or a PostgreSQL database, and makes what does not exist. One process at a time uses a directory.</summary>
    /// <param name="dataDirectory">The directory.</param>
    /// <param name="limit">How large the file may grow, in bytes; 0 for as large as the disk.</param>
    /// <param name="rulesetBudget">How many bytes of compressed rulesets are kept.</param>
    /// <param name="postgres">The connection string of the database; null for the file.</param>
    /// <exception cref="StoreException">It is foreign, damaged, unreadable, or in use.</exception>
    public static Store Open(string dataDirectory, long limit, long rulesetBudget = 1L << 30, string? postgres = null)
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

        IDatabase? database = null;
        AuditKey? key = null;
        try
        {
            database = postgres is null ? SqliteFile.Open(dataDirectory, limit) : PostgresServer.Open(postgres);
            key = AuditKey.Open(dataDirectory);
            return new(claim, database, key, rulesetBudget);
        }
        catch
        {
            key?.Dispose();
            database?.Dispose();
            claim.Dispose();
            throw;
        }
    }

    /// <summary>The first thing that is wrong with each log; empty if all are sound.</summary>
    public IReadOnlyList<ChainFinding> Findings() =>
        [.. new[] { Revisions.FirstBroken(), Revisions.FirstForeignDocument(), Transitions.FirstBroken(), Observations.FirstBroken(), Actions.FirstBroken() }.OfType<ChainFinding>()];

    /// <inheritdoc/>
    public void Dispose()
    {
        Database.Dispose();
        _key.Dispose();
        _claim.Dispose();
    }
}
