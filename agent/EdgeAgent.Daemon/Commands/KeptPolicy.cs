using EdgeAgent.Contracts;

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
            var kept = new PolicyCache(directory, new DurableFiles()).Load()?.InForce
                ?? throw new BadInputException($"{directory.Policy} is not there; expected a host that has had a policy and was not purged");
            return kept.Policy.Policy.DomainSets.IsEmpty ? kept : kept with { Names = Names(directory).For(kept.Policy.Policy) };
        }
        catch (CorruptCacheException e)
        {
            throw new BadInputException($"{directory.Policy}: {e.Message}");
        }
    }

    private static ResolvedNames Names(StateDirectory directory)
    {
        try
        {
            return new NameCache(directory, new DurableFiles()).Load();
        }
        catch (CorruptCacheException e)
        {
            throw new BadInputException($"{directory.Names}: {e.Message}");
        }
    }
}
