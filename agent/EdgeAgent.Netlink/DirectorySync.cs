namespace EdgeAgent.Netlink;

/// <summary>Makes a rename survive power loss: the names of a directory are written to disk (fsync of the directory, which .NET cannot do).</summary>
public static class DirectorySync
{
    /// <summary>Waits until the directory's names are on disk.</summary>
    /// <exception cref="IOException">It cannot be opened or synced.</exception>
    public static void Flush(string path)
    {
        using var directory = LibC.Open(path, LibC.OpenReadOnlyCloseOnExec);
        if (directory.IsInvalid)
            throw new IOException($"open directory {path}: {LibC.LastError}");
        if (LibC.FileSync(directory) != 0)
            throw new IOException($"sync directory {path}: {LibC.LastError}");
    }
}
