using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>What is known of the addresses of one family that a name has. Times count from the agent's start.</summary>
internal sealed record FamilyRecord
{
    /// <summary>The addresses of the last answer that are granted.</summary>
    internal ImmutableSortedSet<IpAddress> Current { get; init; } = [];

    /// <summary>Addresses of earlier answers that are still granted, each with its end; no end while nobody has answered yet.</summary>
    internal ImmutableSortedDictionary<IpAddress, TimeSpan> Leaving { get; init; } = ImmutableSortedDictionary<IpAddress, TimeSpan>.Empty;

    /// <summary>When the last answer came; null for never.</summary>
    internal TimeSpan? AnsweredAt { get; init; }

    /// <summary>How long it holds.</summary>
    internal TimeSpan Hold { get; init; }

    /// <summary>Whether it said that there is such a name.</summary>
    internal bool IsName { get; init; } = true;

    /// <summary>Where it came from.</summary>
    internal string Source { get; init; } = "";

    /// <summary>What is not granted of it, and why; empty for nothing.</summary>
    internal string Refused { get; init; } = "";

    /// <summary>Why the last attempt failed; empty where it did not.</summary>
    internal string Failure { get; init; } = "";

    /// <summary>Failures in a row.</summary>
    internal int Failures { get; init; }

    /// <summary>When to ask next; null while a question is on its way.</summary>
    internal TimeSpan? NextAsk { get; init; }

    /// <summary>Whether anybody was asked, or something is known from before.</summary>
    internal bool IsSettled => AnsweredAt is not null || Failures > 0 || !Leaving.IsEmpty;

    /// <summary>After an answer.</summary>
    internal FamilyRecord Answered(TimeSpan now, DnsAnswer answer, string source, NameSettings settings)
    {
        var refused = answer.Addresses.Where(address => GrantableAddresses.WhyNot(address) is not null).ToList();
        var granted = answer.Addresses.Except(refused).Order().ToList();
        var current = granted.Take(settings.MostAddresses).ToImmutableSortedSet();
        var held = AnsweredAt + Hold is { } end && end > now ? end : now;
        var leaving = Leaving.Select(pair => pair.Value == TimeSpan.MaxValue ? new(pair.Key, now + settings.Grace) : pair)
            .Concat(Current.Select(address => KeyValuePair.Create(address, held + settings.Grace)))
            .Where(pair => !current.Contains(pair.Key))
            .GroupBy(pair => pair.Key, pair => pair.Value, (address, ends) => KeyValuePair.Create(address, ends.Max()))
            .OrderByDescending(pair => pair.Value)
            .Take(settings.MostAddresses);
        var hold = answer.TimeToLive < settings.ShortestHold ? settings.ShortestHold : answer.TimeToLive > settings.LongestHold ? settings.LongestHold : answer.TimeToLive;
        var problems = refused.Select(address => $"{address} is not granted by name: {GrantableAddresses.WhyNot(address)}")
            .Concat(granted.Count > settings.MostAddresses ? [$"{granted.Count} addresses, of which the first {settings.MostAddresses} are granted"] : []);
        return new()
        {
            Current = current,
            Leaving = leaving.ToImmutableSortedDictionary(),
            AnsweredAt = now,
            Hold = hold,
            IsName = answer.IsName,
            Source = source,
            Refused = string.Join("; ", problems),
            NextAsk = now + hold,
        };
    }

    /// <summary>After an attempt in vain: what was known stays.</summary>
    internal FamilyRecord Failed(TimeSpan now, string problem, NameSettings settings)
    {
        var wait = settings.FirstRetry * Math.Pow(2, Math.Min(Failures, 16));
        return this with { Failure = problem, Failures = Failures + 1, NextAsk = now + (wait < settings.LongestRetry ? wait : settings.LongestRetry) };
    }

    /// <summary>Without the addresses whose time is over, but for those that connections use.</summary>
    internal FamilyRecord Expired(TimeSpan now, Func<IpAddress, bool> isInUse, NameSettings settings)
    {
        var leaving = Leaving;
        foreach (var (address, end) in Leaving)
        {
            if (end <= now)
                leaving = isInUse(address) ? leaving.SetItem(address, now + settings.UseCheck) : leaving.Remove(address);
        }

        return ReferenceEquals(leaving, Leaving) ? this : this with { Leaving = leaving };
    }
}
