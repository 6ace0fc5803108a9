using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// What the agent knows of the names that policy grants: which addresses they have, since when, and when to ask again. It asks nobody and
/// has no clock. Not for two threads at once.
/// </summary>
internal sealed class NameBook(NameSettings settings)
{
    private static readonly IpFamily[] Families = [IpFamily.V4, IpFamily.V6];

    private readonly SortedDictionary<string, FamilyRecord[]> _names = new(StringComparer.Ordinal);

    /// <summary>A question to be asked.</summary>
    internal readonly record struct Question(string Name, IpFamily Family);

    /// <summary>The names that are resolved, in order.</summary>
    internal IReadOnlyCollection<string> Names => _names.Keys;

    /// <summary>When there is next something to ask or to let go; null for never.</summary>
    internal TimeSpan? Next
    {
        get
        {
            var times = _names.Values.SelectMany(records => records)
                .SelectMany(record => record.Leaving.Values.Where(end => end < TimeSpan.MaxValue).Append(record.NextAsk ?? TimeSpan.MaxValue));
            return times.DefaultIfEmpty(TimeSpan.MaxValue).Min() is var next && next == TimeSpan.MaxValue ? null : next;
        }
    }

    /// <summary>The addresses of all names that were asked for at least once, or are known from before.</summary>
    internal ResolvedNames Table => ResolvedNames.Of(_names.Where(name => name.Value.All(record => record.IsSettled))
        .Select(name => KeyValuePair.Create(name.Key, name.Value.SelectMany(record => record.Current.Concat(record.Leaving.Keys)))));

    /// <summary>These names are wanted from now on, and no others.</summary>
    /// <param name="names">The names.</param>
    /// <param name="before">What is known of their addresses from before.</param>
    /// <param name="now">The time.</param>
    internal void Want(IEnumerable<string> names, ResolvedNames before, TimeSpan now)
    {
        var wanted = names.Order(StringComparer.Ordinal).Take(settings.MostNames).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _names.Keys.Where(name => !wanted.Contains(name)).ToList())
            _names.Remove(name);
        foreach (var name in wanted)
        {
            if (!_names.ContainsKey(name))
                _names.Add(name, [.. Families.Select(family => Remembered(before.Of(name).Where(address => address.Family == family), now))]);
        }
    }

    /// <summary>The questions that are to be asked now; each is answered once, by <see cref="Answer"/> or <see cref="Fail"/>.</summary>
    internal IReadOnlyList<Question> TakeDue(TimeSpan now)
    {
        var due = new List<Question>();
        foreach (var (name, records) in _names)
        {
            for (var i = 0; i < records.Length; i++)
            {
                if (records[i].NextAsk > now || records[i].NextAsk is null)
                    continue;
                records[i] = records[i] with { NextAsk = null };
                due.Add(new(name, Families[i]));
            }
        }

        return due;
    }

    /// <summary>An answer came.</summary>
    internal void Answer(Question question, DnsAnswer answer, string source, TimeSpan now) => Change(question, record => record.Answered(now, answer, source, settings));

    /// <summary>A question was asked in vain.</summary>
    internal void Fail(Question question, string problem, TimeSpan now) => Change(question, record => record.Failed(now, problem, settings));

    /// <summary>Name servers or hosts file are others: all is asked anew.</summary>
    internal void AskAll(TimeSpan now)
    {
        foreach (var records in _names.Values)
        {
            for (var i = 0; i < records.Length; i++)
            {
                if (records[i].NextAsk > now)
                    records[i] = records[i] with { NextAsk = now, Failures = Math.Min(records[i].Failures, 1) };
            }
        }
    }

    /// <summary>Lets addresses go whose time is over.</summary>
    internal void Expire(TimeSpan now, Func<IpAddress, bool> isInUse)
    {
        foreach (var records in _names.Values)
        {
            for (var i = 0; i < records.Length; i++)
                records[i] = records[i].Expired(now, isInUse, settings);
        }
    }

    /// <summary>What to report.</summary>
    /// <param name="timeOf">The time of day of a time of the agent.</param>
    internal IEnumerable<NameStatus> Report(Func<TimeSpan, DateTimeOffset> timeOf) => _names.Select(name => StatusOf(name.Key, name.Value, timeOf));

    private static FamilyRecord Remembered(IEnumerable<IpAddress> before, TimeSpan now) => new()
    {
        Leaving = System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(before.Select(address => KeyValuePair.Create(address, TimeSpan.MaxValue))),
        NextAsk = now,
    };

    private void Change(Question question, Func<FamilyRecord, FamilyRecord> change)
    {
        // A name that is not wanted any more may be answered all the same.
        if (_names.TryGetValue(question.Name, out var records))
            records[Array.IndexOf(Families, question.Family)] = change(records[Array.IndexOf(Families, question.Family)]);
    }

    private static NameStatus StatusOf(string name, FamilyRecord[] records, Func<TimeSpan, DateTimeOffset> timeOf)
    {
        const int Most = 16;
        var answered = records.Where(record => record.AnsweredAt is not null).ToList();
        var fromBefore = records.Any(record => record.Leaving.ContainsValue(TimeSpan.MaxValue));
        return new(
            name,
            records.SelectMany(record => record.Current.Take(Most)).ToEquatableArray(),
            records.SelectMany(record => record.Leaving.Keys.Take(Most)).ToEquatableArray(),
            answered.Count == 0 ? null : timeOf(answered.Min(record => record.AnsweredAt!.Value)),
            answered.Count == 0 ? TimeSpan.Zero : answered.Min(record => record.Hold),
            answered.Count == 0 ? fromBefore ? NameCache.FileName : "" : string.Join(", ", answered.Select(record => record.Source).Distinct()),
            Problem(records));
    }

    private static string Problem(FamilyRecord[] records)
    {
        var problems = records.Select(record => record.Failure).Distinct().Where(failure => failure.Length > 0)
            .Select(failure => $"cannot be resolved ({failure}){(records.Any(record => !record.Current.IsEmpty || !record.Leaving.IsEmpty) ? "; the last addresses stay" : "; nothing is granted")}")
            .Concat(records.Select(record => record.Refused).Where(refused => refused.Length > 0));
        if (records.All(record => record is { AnsweredAt: not null, Failures: 0, Current.IsEmpty: true, Refused.Length: 0 }))
            problems = problems.Append(records.All(record => record.IsName) ? "the name has no address" : "there is no such name");
        return string.Join("; ", problems);
    }
}
