using System.Diagnostics;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// The lock that all writers of x_tables on a machine take (<c>/run/xtables.lock</c>, flock), whatever network namespace they change.
/// Without it two writers that read, change and replace a table undo each other's work.
/// </summary>
internal sealed class XTablesLock : IDisposable
{
    /// <summary>Where iptables 1.6.2 and later have it.</summary>
    internal const string DefaultPath = "/run/xtables.lock";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly FileStream _file;

    private XTablesLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, waiting for another holder.</summary>
    /// <exception cref="NetlinkException">EBUSY: it is held all the time; EACCES: the file may not be opened.</exception>
    internal static XTablesLock Take(string path = DefaultPath)
    {
        // To share nothing is flock(LOCK_EX | LOCK_NB) on Linux, what iptables takes.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Read, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new(new FileStream(path, options));
            }
            catch (UnauthorizedAccessException e)
            {
                throw new NetlinkException($"take {path}", Errno.EACCES, "expected a file that the agent's user may read", inner: e);
            }
            catch (IOException) when (File.Exists(path) && Stopwatch.GetElapsedTime(started) < Patience)
            {
                Thread.Sleep(Pause);
            }
            catch (IOException e) when (!File.Exists(path))
            {
                throw new NetlinkException($"take {path}", Errno.EACCES, "it is not there and cannot be made", inner: e);
            }
            catch (IOException e)
            {
                throw new NetlinkException($"take {path}", Errno.EBUSY, $"another process holds it for more than {Patience.TotalSeconds:0} s", inner: e);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
