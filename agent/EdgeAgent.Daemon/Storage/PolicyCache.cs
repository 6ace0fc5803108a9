using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>What the disk holds of a policy.</summary>
/// <param name="InForce">The policy that was in force last.</param>
/// <param name="Confirmed">The last policy after which the control plane was heard: the same, one before, or none.</param>
public sealed record CachedPolicy(Enforcement InForce, PolicyVersion? Confirmed);

/// <summary>
/// The policy on disk. While it is not confirmed, what to go back to lies beside it; that file, which says so where it is nothing,
/// is written first and removed last, so that a crash in between is read as confirmed or as not, never as something else.
/// Threads may write at once.
/// </summary>
public sealed class PolicyCache(StateDirectory directory, IDurableFiles files)
{
    private readonly Lock _writing = new();
    private PolicyVersion? _newest;

    private static ReadOnlySpan<byte> Nothing => "edgeagent policy none\n"u8;

    private static ReadOnlySpan<byte> SignedMark => "policies are signed\n"u8;

    /// <summary>Keeps a policy after which the control plane must still be heard.</summary>
    /// <param name="inForce">The policy.</param>
    /// <param name="confirmed">What to go back to; null for nothing.</param>
    /// <exception cref="IOException">The disk is full or broken; what was kept before is still kept.</exception>
    public void KeepUnconfirmed(Enforcement inForce, PolicyVersion? confirmed)
    {
        lock (_writing)
        {
            _newest = inForce.Policy;
            files.Replace(directory.ConfirmedPolicy, confirmed is null ? Nothing : PolicyFormat.Write(inForce with { Policy = confirmed }));
            Replace(inForce);
        }
    }

    /// <summary>Keeps a policy that needs no confirmation.</summary>
    /// <exception cref="IOException">The disk is full or broken; what was kept before is still kept.</exception>
    public void Keep(Enforcement inForce)
    {
        lock (_writing)
        {
            _newest = inForce.Policy;
            Replace(inForce);
            files.Forget(directory.ConfirmedPolicy);
        }
    }

    /// <summary>A policy on disk is confirmed. One that another followed meanwhile is not what waits for that any more.</summary>
    public void Confirm(PolicyVersion policy)
    {
        lock (_writing)
        {
            if (_newest is null || _newest == policy)
                files.Forget(directory.ConfirmedPolicy);
        }
    }

    /// <summary>Forgets all policies, and the addresses of names that they grant.</summary>
    public void Forget()
    {
        lock (_writing)
        {
            _newest = null;
            files.Forget(directory.Policy);
            files.Forget(directory.ConfirmedPolicy);
            files.Forget(directory.Names);
            files.Forget(directory.SignedMark);
        }
    }

    /// <summary>Forgets what this process kept. What was there before, and could not be believed, stays for whoever looks into it.</summary>
    public void ForgetOwn()
    {
        lock (_writing)
        {
            if (_newest is not null)
                Forget();
        }
    }

    /// <summary>What is on disk; null for nothing.</summary>
    /// <param name="objection">Why a policy is not believed, null for one that is; none believes all, for those who only look.</param>
    /// <exception cref="CorruptCacheException">It is not what was written, or not what the control plane signed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public CachedPolicy? Load(Func<PolicyVersion, string?>? objection = null)
    {
        if (ReadFile(directory.Policy) is not { } bytes)
            return null;
        var inForce = Believed(bytes, objection);
        return ReadFile(directory.ConfirmedPolicy) switch
        {
            null => new(inForce, inForce.Policy),
            var before when before.AsSpan().SequenceEqual(Nothing) => new(inForce, null),
            var before => new(inForce, Confirmed(before, inForce, objection)),
        };
    }

    // What is on disk is signed before anything unsigned is refused.
    private void Replace(Enforcement inForce)
    {
        files.Replace(directory.Policy, PolicyFormat.Write(inForce));
        if (inForce.Policy.Statement is not null && !File.Exists(directory.SignedMark))
            files.Replace(directory.SignedMark, SignedMark);
    }

    // A damaged copy of the policy before only means that there is nothing else to go back to.
    private static PolicyVersion Confirmed(byte[] bytes, Enforcement inForce, Func<PolicyVersion, string?>? objection)
    {
        try
        {
            return Believed(bytes, objection).Policy;
        }
        catch (CorruptCacheException)
        {
            return inForce.Policy;
        }
    }

    private static Enforcement Believed(byte[] bytes, Func<PolicyVersion, string?>? objection)
    {
        var kept = PolicyFormat.Read(bytes);
        return objection?.Invoke(kept.Policy) is { } problem ? throw new CorruptCacheException(problem) : kept;
    }

    private static byte[]? ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
