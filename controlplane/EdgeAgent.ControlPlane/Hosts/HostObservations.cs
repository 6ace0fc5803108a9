using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Finds in reports what the log of observations does not hold yet. A report repeats what the ones before said.</summary>
internal sealed class HostObservations
{
    // As many as one report carries.
    private const int MostDrift = 20;

    private readonly ObservationLog _log;
    private readonly Action<Observation> _record;
    private readonly Lock _lock = new();
    private readonly Dictionary<(HostName, ObservationKind), string> _held = [];
    private readonly Dictionary<ObservationKind, string> _newest = [];
    private readonly Dictionary<HostName, HashSet<(DateTimeOffset, string)>> _drift = [];

    /// <summary>Begins with what the log holds.</summary>
    public HostObservations(ObservationLog log, Action<Observation> record)
    {
        (_log, _record) = (log, record);
        foreach (var kind in (ObservationKind[])[ObservationKind.AlwaysOpen, ObservationKind.ShadowedBy])
        {
            foreach (var newest in log.Newest(kind))
                _held[(newest.Host, kind)] = Shared(kind, newest.Text);
        }
    }

    /// <summary>Records what is new in a report.</summary>
    /// <exception cref="StoreException">The log cannot be read.</exception>
    public void Take(HostStatus report, DateTimeOffset received)
    {
        var host = new HostName(report.Namespace, report.Name);
        lock (_lock)
        {
            TakeList(host, ObservationKind.AlwaysOpen, report.AlwaysOpen, received);
            TakeList(host, ObservationKind.ShadowedBy, report.ShadowedBy, received);
            if (!report.Drift.IsEmpty)
                TakeDrift(host, report.Drift);
        }
    }

    private static (DateTimeOffset, string) KeyOf(Observation observation) => (observation.At, observation.Text);

    // The log keeps microseconds.
    private static DateTimeOffset Rounded(DateTimeOffset time) => time.ToMicroseconds().ToTime();

    private static string InWords(DriftEvent drift) => Statements.Storable(FormattableString.Invariant(
        $"{drift.What}, by {(drift.ProcessName.Length > 0 ? drift.ProcessName : "an unknown process")} (pid {drift.ProcessId}), repaired in {drift.Repaired.TotalMilliseconds:0.0} ms"));

    // Nearly all reports say what the ones before said, and then no text is made to compare.
    private static bool IsOf(ReadOnlySpan<char> text, EquatableArray<string> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0 && !Skip(ref text, "\n"))
                return false;
            if (!Skip(ref text, lines[i]))
                return false;
        }

        return text.IsEmpty;
    }

    private static bool Skip(ref ReadOnlySpan<char> text, string start)
    {
        if (!text.StartsWith(start, StringComparison.Ordinal))
            return false;
        text = text[start.Length..];
        return true;
    }

    private void TakeList(HostName host, ObservationKind kind, EquatableArray<string> lines, DateTimeOffset received)
    {
        var held = _held.GetValueOrDefault((host, kind), "");
        if (IsOf(held, lines))
            return;
        var text = Statements.Storable(string.Join('\n', lines));
        if (held == text)
            return;
        text = _held[(host, kind)] = Shared(kind, text);
        _record(new(host, received, kind, text));
    }

    private void TakeDrift(HostName host, EquatableArray<DriftEvent> drift)
    {
        if (!_drift.TryGetValue(host, out var known))
            known = [.. _log.Of(host, ObservationKind.Drift, MostDrift).Select(KeyOf)];
        var reported = drift.Select(each => new Observation(host, Rounded(each.At), ObservationKind.Drift, InWords(each))).ToList();
        foreach (var fresh in reported.Where(each => !known.Contains(KeyOf(each))))
            _record(fresh);
        _drift[host] = [.. reported.Select(KeyOf)];
    }

    // What one host says is as a rule what the one before said, and is held once.
    private string Shared(ObservationKind kind, string text)
    {
        if (_newest.TryGetValue(kind, out var newest) && newest == text)
            return newest;
        return _newest[kind] = text;
    }
}
