namespace EdgeAgent.Daemon;

/// <summary>
/// The files of one agent, all in one directory that only it may read: the policy in force, the one to go back to, what is refused,
/// the mark of signed policies, the host's identity, the addresses of names, the last status, the backend, the mark of a purge, and two locks.
/// </summary>
public sealed class StateDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private StateDirectory(string path) => Path = path;

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>The policy in force.</summary>
    public string Policy => In("policy.cache");

    /// <summary>The policy to go back to while the one in force is not confirmed.</summary>
    public string ConfirmedPolicy => In("confirmed.cache");

    /// <summary>The policy that is refused.</summary>
    public string Refusal => In("refused.json");

    /// <summary>The last status.</summary>
    public string Status => In("status.json");

    /// <summary>The backend that holds what is ours in the kernel.</summary>
    public string Backend => In("backend.json");

    /// <summary>Who the host is: key, certificate, authorities.</summary>
    public string Identity => In("identity.pem");

    /// <summary>The key that an enrolment is tried with.</summary>
    public string EnrolmentKey => In("enrolment.key");

    /// <summary>The mark that the host had a signed policy: from then on none without signature is believed.</summary>
    public string SignedMark => In("signed");

    /// <summary>The mark of a purge.</summary>
    public string PurgeMark => In("purged.json");

    /// <summary>The addresses of names.</summary>
    public string Names => In(NameCache.FileName);

    /// <summary>The name of the lock that an agent holds as long as it runs.</summary>
    public string AgentLock => In("agent.lock");

    /// <summary>The name of the lock that is held while the kernel is changed.</summary>
    public string KernelLock => In("kernel.lock");

    /// <summary>The directory, made if it is not there.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made or is not ours.</exception>
    public static StateDirectory Create(string path)
    {
        Directory.CreateDirectory(path, Private);
        return new(System.IO.Path.GetFullPath(path));
    }

    /// <summary>The directory as it is.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    public static StateDirectory Open(string path) => Directory.Exists(path)
        ? new(System.IO.Path.GetFullPath(path))
        : throw new DirectoryNotFoundException($"no directory {path}; expected the state directory of an agent");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
