using System.Globalization;

namespace EdgeAgent.Daemon;

/// <summary>A status for people.</summary>
internal static class StatusTable
{
    internal static void Write(StatusDocument status, TextWriter output)
    {
        Row(output, "host", $"{status.Namespace}/{status.Name}");
        Row(output, "agent", $"{(status.Running ? $"running, pid {status.ProcessId}" : "not running")}, version {status.AgentVersion}, {status.Backend}, kernel {status.Kernel}");
        Row(output, "state", status.Reason.Length == 0 ? status.State : $"{status.State}: {status.Reason}");
        Row(output, "revision", $"{status.RealizedRevision} realized, {status.TargetRevision} target{(status.Mode.Length == 0 ? "" : $", mode {status.Mode}")}");
        Row(output, "digests", $"policy {Short(status.PolicyDigest)}, kernel {Short(status.KernelDigest)}");
        Row(output, "control plane", $"{status.ControlPlane} {(status.Connected && status.Running ? "connected" : "not connected")}{(status.ConnectionProblem.Length == 0 ? "" : $": {status.ConnectionProblem}")}");
        Row(output, "table", $"{status.Rules} rules, {status.Sets} sets, {status.Elements} elements");
        Row(output, "last update", string.Create(CultureInfo.InvariantCulture, $"compile {status.ApplyTime.Compile:0.0} ms, encode {status.ApplyTime.Encode:0.0} ms, kernel {status.ApplyTime.Kernel:0.0} ms"));
        Row(output, "conntrack", $"{status.ConntrackCount} of {status.ConntrackMax}");
        Row(output, "agent uses", string.Create(CultureInfo.InvariantCulture, $"{status.CpuMilliseconds / 1000:0.0} s CPU, {status.MemoryBytes / 1048576.0:0.0} MiB"));
        Row(output, "written", status.At.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        List(output, "always open", status.AlwaysOpen);
        List(output, "shadowed by", status.ShadowedBy);
        List(output, "names", status.Names.Select(name => string.Create(
            CultureInfo.InvariantCulture,
            $"{name.Name}: {(name.Addresses.Count == 0 ? "no address" : string.Join(", ", name.Addresses))}{(name.Leaving.Count == 0 ? "" : $"; still granted {string.Join(", ", name.Leaving)}")}{(name.AnsweredAt is { } at ? $"; answered {at:HH:mm:ss}Z by {name.Source}, holds {name.TimeToLiveSeconds:0} s" : "")}{(name.Problem.Length == 0 ? "" : $"; {name.Problem}")}")));
        List(output, $"repairs ({status.Repairs})", status.Drift.Select(drift =>
            string.Create(CultureInfo.InvariantCulture, $"{drift.At:yyyy-MM-dd HH:mm:ss}Z by {new Culprit(drift.ProcessId, drift.ProcessName)} in {drift.RepairedMilliseconds:0.0} ms: {drift.What}")));
        List(output, "counters", status.Counters.Select(counter => string.Create(CultureInfo.InvariantCulture, $"{counter.Counter}: {counter.Packets} packets, {counter.Bytes} bytes")));
        List(output, "denied", status.Denied.Select(denied =>
            $"{denied.Direction} {denied.Source} > {denied.Destination} {denied.Protocol}/{denied.Port}: {denied.Count}{(denied.Policy.Length == 0 ? "" : $", by {denied.Policy}")}"));
    }

    private static void Row(TextWriter output, string name, string value) => output.WriteLine($"{name,-14} {value}");

    private static void List(TextWriter output, string name, IEnumerable<string> items)
    {
        foreach (var item in items)
        {
            Row(output, name, item);
            name = "";
        }
    }

    private static string Short(string digest) => digest.Length == 0 ? "none" : digest[..12];
}
