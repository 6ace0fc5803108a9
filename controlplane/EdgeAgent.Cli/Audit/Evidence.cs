using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Audit;

/// <summary>All that the control plane's logs say of a span of time.</summary>
/// <param name="Header">The span, and the state of the logs.</param>
/// <param name="Changes">The changes of policy.</param>
/// <param name="Actions">What people did that is no change of policy.</param>
/// <param name="Transitions">How hosts stood: rows of the log.</param>
/// <param name="Observations">What was seen at hosts: rows of the log.</param>
/// <param name="Rulesets">The texts of the rulesets that hosts held, by kernel digest.</param>
internal sealed record Evidence(
    AuditHeader Header,
    IReadOnlyList<RevisionEntry> Changes,
    IReadOnlyList<AuditAction> Actions,
    IReadOnlyList<AuditTransition> Transitions,
    IReadOnlyList<Observation> Observations,
    IReadOnlyDictionary<string, AuditRuleset> Rulesets)
{
    /// <summary>What they say of each host, by host.</summary>
    public IReadOnlyList<HostEvidence> Hosts
    {
        get
        {
            var (transitions, observations) = (Transitions.ToLookup(row => row.Host), Observations.ToLookup(row => row.Host));
            return [.. transitions.Concat<IGrouping<string, object>>(observations).Select(group => group.Key).Distinct().Order(StringComparer.Ordinal).Select(host =>
                HostEvidence.Of(host, transitions[host], observations[host], Header.From.ToDateTimeOffset(), Header.To.ToDateTimeOffset()))];
        }
    }

    /// <summary>Reads what the control plane sends.</summary>
    public static async Task<Evidence> ReadAsync(IAsyncEnumerable<AuditRecord> records)
    {
        var header = new AuditHeader();
        var (changes, actions, transitions, observations) = (new List<RevisionEntry>(), new List<AuditAction>(), new List<AuditTransition>(), new List<Observation>());
        var rulesets = new SortedDictionary<string, AuditRuleset>(StringComparer.Ordinal);
        await foreach (var record in records)
        {
            switch (record.RecordCase)
            {
                case AuditRecord.RecordOneofCase.Header:
                    header = record.Header;
                    break;
                case AuditRecord.RecordOneofCase.Change:
                    changes.Add(record.Change);
                    break;
                case AuditRecord.RecordOneofCase.Action:
                    actions.Add(record.Action);
                    break;
                case AuditRecord.RecordOneofCase.Transition:
                    transitions.Add(record.Transition);
                    break;
                case AuditRecord.RecordOneofCase.Observation:
                    observations.Add(record.Observation);
                    break;
                case AuditRecord.RecordOneofCase.Ruleset:
                    rulesets[record.Ruleset.Digest] = record.Ruleset;
                    break;
            }
        }

        return new(header, changes, actions, transitions, observations, rulesets);
    }
}
