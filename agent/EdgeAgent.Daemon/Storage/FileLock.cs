using System.Diagnostics;

namespace EdgeAgent.Daemon;

/// <summary>A lock between processes (flock). The kernel lets go of it when its holder dies.</summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or null if another holds it.</summary>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static FileLock? TryTake(string path)
    {
        var isThere = File.Exists(path);
        try
        {
            return new(new FileStream(path, new FileStreamOptions
            {
                // To create takes the directory's lock, even where the file is there, and waits for whoever writes beside it.
                Mode = isThere ? FileMode.Open : FileMode.OpenOrCreate,
                // To lock a file of another user, reading it is enough: purge runs as root, the agent does not.
                Access = FileAccess.Read,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = isThere ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            }));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Takes the lock, waiting for another holder.</summary>
    /// <exception cref="TimeoutException">It is still held when the time is over.</exception>
    public static FileLock Take(string path, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            if (Stopwatch.GetElapsedTime(started) > patience)
                throw new TimeoutException($"{path} is held by another process for more than {patience.TotalSeconds:0} s");
            Thread.Sleep(Pause);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
