using System.Globalization;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>Hosts' reports for people.</summary>
internal static class StatusText
{
    /// <summary>Whether the host's kernel is proven to hold what the control plane wants there.</summary>
    public static bool IsRealized(HostReport report) =>
        report.Connected && report.Status.State == HostState.Realized
        && report.Status.RealizedRevision == report.WantedRevision && report.Status.PolicyDigest == report.WantedDigest;

    /// <summary>One line for each host.</summary>
    public static void WriteTable(Terminal terminal, StatusResponse response)
    {
        var palette = Palette.Of(terminal);
        var table = new TextTable("HOST", "STATE", "REVISION", "POLICY", "KERNEL", "RULES", "SETS", "ELEMENTS", "APPLY", "REPAIRS", "NOTE");
        foreach (var report in response.Hosts)
        {
            var status = report.Status;
            var realized = IsRealized(report);
            table.Add(
                $"{status.Namespace}/{status.Name}",
                new(status.State.ToString(), word => realized ? palette.Good(word) : palette.Bad(word)),
                Revision(report),
                Short(status.PolicyDigest),
                Short(status.KernelDigest),
                Number(status.Rules),
                Number(status.Sets),
                Number(status.Elements),
                status.RealizedRevision > 0 ? Words.Span(ApplyTime(status)) : "-",
                Number(status.Repairs),
                Note(report));
        }

        table.WriteTo(terminal.Output);
        terminal.Output.WriteLine($"revision {response.Revision}: {response.Hosts.Count(IsRealized)} of {Words.Count(response.Hosts.Count, "host")} realized");
    }

    /// <summary>All that a host says.</summary>
    public static void WriteDetails(Terminal terminal, HostReport report, IReadOnlyList<StatusTransition> transitions)
    {
        var output = terminal.Output;
        var status = report.Status;
        output.WriteLine();
        output.WriteLine($"{status.Namespace}/{status.Name}");
        output.WriteLine($"  agent {Or(status.AgentVersion)}, kernel {Or(status.Kernel)}, backend {Or(status.Backend)}, machine {Or(status.MachineId)}");
        output.WriteLine($"  wanted    revision {report.WantedRevision}, policy {Or(report.WantedDigest)}");
        output.WriteLine($"  realized  revision {status.RealizedRevision}, policy {Or(status.PolicyDigest)}, kernel {Or(status.KernelDigest)}");
        output.WriteLine($"  last update: compile {Span(status.CompileTime)}, encode {Span(status.EncodeTime)}, kernel {Span(status.KernelTime)}");
        output.WriteLine($"  agent: {Span(status.CpuTime)} of processor time, {status.MemoryBytes / (1024 * 1024)} MiB; {status.ConntrackCount} of {status.ConntrackMax} connections tracked");
        WriteList(output, "always open", status.AlwaysOpen);
        WriteList(output, "shadowed by", status.ShadowedBy);
        WriteList(output, "names", status.Names.Select(Name));
        WriteList(output, "claims that do not count", report.RefusedClaims);
        WriteList(output, "drift", status.Drift.Select(drift =>
            $"{Instant(drift.At)}  {drift.What}, by {Or(drift.ProcessName)} (pid {drift.ProcessId}), repaired in {Span(drift.Repaired)}"));
        WriteList(output, "decided flows", status.Counters.Select(counter => $"{counter.Counter}: {counter.Packets} packets, {counter.Bytes} bytes"));
        WriteList(output, "denied flows", status.Denied.Select(flow =>
            $"{Instant(flow.LastSeen)}  {StatusJson.Address(flow.Source)} -> {StatusJson.Address(flow.Destination)} {new Contracts.IpProtocol((byte)flow.Protocol)}/{flow.Port}, {flow.Count} times, by {Or(flow.Policy)}"));
        WriteList(output, "history", transitions.Select(transition =>
            $"{Instant(transition.At)}  {transition.State} at revision {transition.RealizedRevision} of {transition.TargetRevision}{(transition.Reason.Length > 0 ? $": {transition.Reason}" : "")}"));
    }

    private static string Name(NameStatus name)
    {
        var addresses = name.Addresses.Count == 0 ? "no address" : string.Join(", ", name.Addresses.Select(StatusJson.Address));
        var leaving = name.Leaving.Count == 0 ? "" : $"; still granted {string.Join(", ", name.Leaving.Select(StatusJson.Address))}";
        var answer = name.AnsweredAt is null ? "" : $"; answered {Instant(name.AnsweredAt)} by {Or(name.Source)}, holds {Span(name.TimeToLive)}";
        return $"{name.Name}: {addresses}{leaving}{answer}{(name.Problem.Length > 0 ? $"; {name.Problem}" : "")}";
    }

    private static void WriteList(TextWriter output, string title, IEnumerable<string> lines)
    {
        var first = true;
        foreach (var line in lines)
        {
            if (first)
                output.WriteLine($"  {title}:");
            first = false;
            output.WriteLine($"    {line}");
        }
    }

    private static TimeSpan ApplyTime(HostStatus status) =>
        (status.CompileTime?.ToTimeSpan() ?? default) + (status.EncodeTime?.ToTimeSpan() ?? default) + (status.KernelTime?.ToTimeSpan() ?? default);

    private static string Revision(HostReport report) =>
        report.Status.RealizedRevision == report.WantedRevision ? Number(report.WantedRevision) : $"{report.Status.RealizedRevision} of {report.WantedRevision}";

    private static string Note(HostReport report) => string.Join("; ", Notes(report));

    private static IEnumerable<string> Notes(HostReport report)
    {
        if (report.Quarantine is { } order)
            yield return Quarantine(order);
        if (report.Status.Reason.Length > 0)
            yield return report.Status.Reason;
        else if (report.Status.ShadowedBy.Count > 0)
            yield return $"shadowed by {string.Join(", ", report.Status.ShadowedBy)}";
    }

    private static string Quarantine(RevisionEntry order) =>
        $"quarantined by {order.Author} at {Instant(order.At)} (revision {order.Revision}){(order.Note.Length > 0 ? $": {order.Note}" : "")}";

    private static string Short(string digest) => digest.Length > 12 ? digest[..12] : Or(digest);

    private static string Or(string text) => text.Length > 0 ? text : "-";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Span(Google.Protobuf.WellKnownTypes.Duration? span) => Words.Span(span?.ToTimeSpan() ?? default);

    private static string Instant(Google.Protobuf.WellKnownTypes.Timestamp? instant) => instant is null ? "-" : Words.Instant(instant.ToDateTimeOffset());
}
