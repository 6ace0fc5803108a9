namespace EdgeAgent.ControlPlane.Storage;

/// <summary>The tables of the store. Times are microseconds since 1970 in UTC; hashes are SHA-256.</summary>
internal static class Schema
{
    /// <summary>Marks the file as ours (<c>PRAGMA application_id</c>): "EdgA".</summary>
    public const int ApplicationId = 0x45646741;

    /// <summary>The version of <see cref="Tables"/> (<c>PRAGMA user_version</c>).</summary>
    public const int Version = 1;

    /// <summary>Makes the tables of version 1.</summary>
    public const string Tables = """
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
        """;
}
