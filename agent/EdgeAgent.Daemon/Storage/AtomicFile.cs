namespace EdgeAgent.Daemon;

/// <summary>Replaces a file so that after a crash at any moment it has either the old content or the new one.</summary>
public static class AtomicFile
{
    /// <summary>Writes beside it, waits for the disk, renames, waits for the directory.</summary>
    /// <exception cref="IOException">The disk is full or broken; the old content is still there.</exception>
    public static void Replace(this IDurableFiles files, string path, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(files);
        var beside = path + ".new";
        files.Write(beside, content);
        files.Flush(beside);
        files.Replace(beside, path);
        files.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Replaces a file that only readers at run time care for: never half written, but not waited for.</summary>
    public static void ReplaceQuickly(this IDurableFiles files, string path, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(files);
        var beside = path + ".new";
        files.Write(beside, content);
        files.Replace(beside, path);
    }

    /// <summary>Removes a file for good.</summary>
    public static void Forget(this IDurableFiles files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (!File.Exists(path))
            return;
        files.Remove(path);
        files.FlushDirectory(Path.GetDirectoryName(path)!);
    }
}
