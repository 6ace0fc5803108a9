namespace EdgeAgent.ControlPlane.Storage;

/// <summary>
/// The tables of the store. Times are microseconds since 1970 in UTC; hashes are SHA-256. The words are those of SQLite;
/// <see cref="ForPostgres"/> says them in PostgreSQL's.
/// </summary>
internal static class Schema
{
    /// <summary>Marks a file as ours (<c>PRAGMA application_id</c>): "EdgA".</summary>
    public const int ApplicationId = 0x45646741;

    /// <summary>Step n leads from version n to version n + 1. A step that was released is never changed.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE revisions (
          number INTEGER PRIMARY KEY,
          at INTEGER NOT NULL,
          author TEXT NOT NULL,
          note TEXT NOT NULL,
          hash BLOB NOT NULL);
        CREATE TABLE changes (
          revision INTEGER NOT NULL REFERENCES revisions(number),
          ordinal INTEGER NOT NULL,
          change INTEGER NOT NULL,
          origin INTEGER NOT NULL,
          kind TEXT NOT NULL,
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          file TEXT NOT NULL,
          line INTEGER NOT NULL,
          document TEXT,
          PRIMARY KEY (revision, ordinal),
          UNIQUE (revision, origin, kind, namespace, name)) WITHOUT ROWID;
        CREATE INDEX changes_by_resource ON changes (origin, kind, namespace, name, revision);
        CREATE TABLE documents (
          origin INTEGER NOT NULL,
          kind TEXT NOT NULL,
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          revision INTEGER NOT NULL REFERENCES revisions(number),
          file TEXT NOT NULL,
          line INTEGER NOT NULL,
          document TEXT NOT NULL,
          PRIMARY KEY (origin, kind, namespace, name)) WITHOUT ROWID;
        CREATE TABLE transitions (
          number INTEGER PRIMARY KEY,
          at INTEGER NOT NULL,
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          state INTEGER NOT NULL,
          reason TEXT NOT NULL,
          target INTEGER NOT NULL,
          realized INTEGER NOT NULL,
          policy_digest TEXT NOT NULL,
          kernel_digest TEXT NOT NULL,
          hash BLOB NOT NULL);
        CREATE INDEX transitions_by_host ON transitions (namespace, name, number);
        CREATE TABLE tokens (
          hash BLOB PRIMARY KEY,
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          expires INTEGER NOT NULL,
          created_by TEXT NOT NULL,
          used INTEGER,
          used_by TEXT) WITHOUT ROWID;
        """,
        """
        CREATE TABLE observations (
          number INTEGER PRIMARY KEY,
          at INTEGER NOT NULL,
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          kind INTEGER NOT NULL,
          text TEXT NOT NULL,
          hash BLOB NOT NULL);
        CREATE INDEX observations_by_host ON observations (namespace, name, kind, number);
        CREATE TABLE heads (
          log TEXT PRIMARY KEY,
          number INTEGER NOT NULL,
          hash BLOB NOT NULL,
          signature BLOB NOT NULL);
        CREATE TABLE rulesets (
          digest TEXT PRIMARY KEY,
          received INTEGER NOT NULL,
          size INTEGER NOT NULL,
          proof BLOB NOT NULL,
          full_text BLOB NOT NULL);
        CREATE INDEX rulesets_by_age ON rulesets (received);
        """,
        """
        CREATE TABLE statuses (
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          number INTEGER NOT NULL,
          replica TEXT NOT NULL,
          state INTEGER NOT NULL,
          reason TEXT NOT NULL,
          connected INTEGER NOT NULL,
          received INTEGER NOT NULL,
          report BLOB NOT NULL,
          PRIMARY KEY (namespace, name)) WITHOUT ROWID;
        CREATE INDEX statuses_by_number ON statuses (number);
        CREATE TABLE replicas (
          replica TEXT PRIMARY KEY,
          beat INTEGER NOT NULL) WITHOUT ROWID;
        """,

        // Tokens of before granted a namespace alone, and lived an hour.
        """
        DROP TABLE tokens;
        CREATE TABLE tokens (
          id TEXT PRIMARY KEY,
          hash BLOB NOT NULL UNIQUE,
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          labels TEXT NOT NULL,
          cidrs TEXT NOT NULL,
          uses INTEGER NOT NULL,
          used INTEGER NOT NULL,
          created INTEGER NOT NULL,
          created_by TEXT NOT NULL,
          expires INTEGER NOT NULL,
          revoked INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE enrolments (
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          labels TEXT NOT NULL,
          cidrs TEXT NOT NULL,
          token TEXT NOT NULL,
          machine TEXT NOT NULL,
          key TEXT NOT NULL,
          serial TEXT NOT NULL,
          previous_serial TEXT NOT NULL,
          enrolled INTEGER NOT NULL,
          expires INTEGER NOT NULL,
          revoked INTEGER NOT NULL,
          revocation TEXT NOT NULL,
          PRIMARY KEY (namespace, name)) WITHOUT ROWID;
        CREATE TABLE people (
          name TEXT PRIMARY KEY,
          hash BLOB UNIQUE,
          created INTEGER NOT NULL,
          created_by TEXT NOT NULL,
          expires INTEGER) WITHOUT ROWID;
        CREATE TABLE roles (
          person TEXT NOT NULL REFERENCES people(name) ON DELETE CASCADE,
          namespace TEXT NOT NULL,
          role INTEGER NOT NULL,
          PRIMARY KEY (person, namespace)) WITHOUT ROWID;
        """,
        """
        CREATE TABLE drafts (
          name TEXT PRIMARY KEY,
          base INTEGER NOT NULL,
          at INTEGER NOT NULL,
          author TEXT NOT NULL,
          note TEXT NOT NULL,
          documents BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE rollouts (
          revision INTEGER PRIMARY KEY REFERENCES revisions(number),
          at INTEGER NOT NULL,
          author TEXT NOT NULL,
          note TEXT NOT NULL,
          waves TEXT NOT NULL,
          soak INTEGER NOT NULL,
          gate TEXT NOT NULL,
          state INTEGER NOT NULL,
          released INTEGER NOT NULL,
          settled INTEGER,
          ended INTEGER,
          reason TEXT NOT NULL,
          driver TEXT NOT NULL,
          beat INTEGER NOT NULL);
        """,
        """
        CREATE TABLE epoch (
          id INTEGER PRIMARY KEY,
          number INTEGER NOT NULL);
        """,
        """
        CREATE TABLE actions (
          number INTEGER PRIMARY KEY,
          at INTEGER NOT NULL,
          author TEXT NOT NULL,
          what TEXT NOT NULL,
          subject TEXT NOT NULL,
          text TEXT NOT NULL,
          hash BLOB NOT NULL);
        """,

        // Until now there was one authority, which is the first version of a set.
        """
        CREATE TABLE authorities (
          id INTEGER PRIMARY KEY,
          version INTEGER NOT NULL,
          document TEXT NOT NULL,
          seal BLOB NOT NULL);
        ALTER TABLE enrolments ADD COLUMN authorities INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE enrolments ADD COLUMN previous_authorities INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE replicas ADD COLUMN authorities INTEGER NOT NULL DEFAULT 0;
        """,

        // Of a document that is not kept any more the digest is; a sealed revision is proven without its documents.
        """
        ALTER TABLE changes ADD COLUMN digest TEXT;
        ALTER TABLE revisions ADD COLUMN seal BLOB;
        CREATE TABLE horizon (
          id INTEGER PRIMARY KEY,
          number INTEGER NOT NULL,
          signature BLOB NOT NULL);
        """,

        // Rollouts of before waited for ever; five minutes are what is usual now.
        """
        ALTER TABLE rollouts ADD COLUMN patience INTEGER NOT NULL DEFAULT 300000000;
        """,
    ];

    /// <summary>The version that all <see cref="Steps"/> lead to.</summary>
    public static int Version => Steps.Count;

    /// <summary>A step in PostgreSQL's words. Texts compare by code point, as they do in SQLite.</summary>
    public static string ForPostgres(string step) => step
        .Replace("INTEGER", "BIGINT", StringComparison.Ordinal)
        .Replace("BLOB", "BYTEA", StringComparison.Ordinal)
        .Replace(" TEXT", " TEXT COLLATE \"C\"", StringComparison.Ordinal)
        .Replace(" WITHOUT ROWID", "", StringComparison.Ordinal);
}
