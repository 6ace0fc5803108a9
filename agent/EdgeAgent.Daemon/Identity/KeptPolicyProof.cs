namespace EdgeAgent.Daemon;

/// <summary>
/// Tells whether the policy on disk is proven by credentials that are to replace the present ones: a host that forgets the authority of
/// what it keeps could not enforce that at its next boot.
/// </summary>
internal sealed class KeptPolicyProof(AgentOptions options, StateDirectory directory, PolicyCache cache)
{
    /// <summary>Why the policy on disk, which the present credentials prove, is not proven by the next ones; null for nothing that speaks against them.</summary>
    internal string? ObjectionTo(HostCredentials next, HostCredentials present) =>
        present.Authorities.All(next.Authorities.Contains) || Problem(next) is not { } problem || Problem(present) is not null ? null : problem;

    private string? Problem(HostCredentials credentials)
    {
        var identity = new HostIdentity(options);
        identity.Take(credentials);
        try
        {
            cache.Load(new PolicyTrust(options, identity, directory).ObjectionToKept);
            return null;
        }
        catch (Exception e) when (e is CorruptCacheException or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
