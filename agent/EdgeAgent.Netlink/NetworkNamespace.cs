using System.Runtime.ExceptionServices;

namespace EdgeAgent.Netlink;

/// <summary>Runs code inside another network namespace. A socket belongs for ever to the namespace that its thread was in when it was made.</summary>
public static class NetworkNamespace
{
    /// <summary>Runs <paramref name="body"/> on a thread of its own that enters the namespace and ends afterwards; no other thread is touched.</summary>
    /// <param name="path">File of the namespace, or null to run it right here.</param>
    /// <param name="body">What to run; its exception is thrown to the caller unchanged.</param>
    /// <exception cref="NetlinkException">The namespace cannot be opened or entered.</exception>
    public static T Run<T>(string? path, Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (path is null)
            return body();

        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
                result = body();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = "netns" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static void Enter(string path)
    {
        using var file = LibC.Open(path, LibC.OpenReadOnlyCloseOnExec);
        if (file.IsInvalid)
            throw NetlinkException.FromLastError($"open network namespace {path}");
        if (LibC.SetNamespace(file, LibC.CloneNewNet) != 0)
            throw NetlinkException.FromLastError($"enter network namespace {path}");
    }
}
