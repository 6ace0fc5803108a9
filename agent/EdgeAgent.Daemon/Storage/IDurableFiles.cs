namespace EdgeAgent.Daemon;

/// <summary>The steps of which a write that survives power loss is made. Apart, so that tests can stop after each.</summary>
public interface IDurableFiles
{
    /// <summary>Writes a new file, or over one that is there; nothing is on disk for certain afterwards.</summary>
    void Write(string path, ReadOnlySpan<byte> content);

    /// <summary>Waits until a file's content is on disk.</summary>
    void Flush(string path);

    /// <summary>Gives a file the name of another, which it replaces; at every moment the name means one of the two.</summary>
    void Replace(string from, string to);

    /// <summary>Removes a file; it may be gone already.</summary>
    void Remove(string path);

    /// <summary>Waits until the names in a directory are on disk.</summary>
    void FlushDirectory(string path);
}
