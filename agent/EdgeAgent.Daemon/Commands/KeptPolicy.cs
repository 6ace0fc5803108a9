namespace EdgeAgent.Daemon;

/// <summary>The policy that an agent kept in its state directory, for commands that work without the agent.</summary>
internal static class KeptPolicy
{
    /// <summary>Reads it.</summary>
    /// <exception cref="BadInputException">There is none, or it is damaged.</exception>
    internal static Enforcement Read(string stateDirectory)
    {
        var directory = StateDirectory.Open(stateDirectory);
        try
        {
            return new PolicyCache(directory, new DurableFiles()).Load()?.InForce
                ?? throw new BadInputException($"{directory.Policy} is not there; expected a host that has had a policy and was not purged");
        }
        catch (CorruptCacheException e)
        {
            throw new BadInputException($"{directory.Policy}: {e.Message}");
        }
    }
}
