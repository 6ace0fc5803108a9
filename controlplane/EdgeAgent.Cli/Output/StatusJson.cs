using System.Net;
using System.Text.Json;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.Cli.Output;

/// <summary>Hosts' reports as JSON. Times are UTC, spans are milliseconds, sizes are bytes.</summary>
internal static class StatusJson
{
    public static void Write(Utf8JsonWriter json, StatusResponse response)
    {
        json.WriteStartObject();
        json.WriteNumber("revision", response.Revision);
        json.WriteNumber("realized", response.Hosts.Count(StatusText.IsRealized));
        json.WriteStartArray("hosts");
        foreach (var report in response.Hosts)
            WriteHost(json, report);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHost(Utf8JsonWriter json, HostReport report)
    {
        var status = report.Status;
        json.WriteStartObject();
        json.WriteString("namespace", status.Namespace);
        json.WriteString("name", status.Name);
        json.WriteString("state", status.State.ToString());
        json.WriteString("reason", status.Reason);
        json.WriteBoolean("connected", report.Connected);
        json.WriteBoolean("realized", StatusText.IsRealized(report));
        WriteInstant(json, "received", report.Received);
        WriteInstant(json, "at", status.At);
        json.WriteNumber("wantedRevision", report.WantedRevision);
        json.WriteString("wantedDigest", report.WantedDigest);
        if (report.Quarantine is { } order)
        {
            json.WriteStartObject("quarantine");
            json.WriteNumber("revision", order.Revision);
            WriteInstant(json, "at", order.At);
            json.WriteString("author", order.Author);
            json.WriteString("note", order.Note);
            json.WriteEndObject();
        }

        json.WriteNumber("targetRevision", status.TargetRevision);
        json.WriteNumber("realizedRevision", status.RealizedRevision);
        json.WriteString("policyDigest", status.PolicyDigest);
        json.WriteString("kernelDigest", status.KernelDigest);
        json.WriteString("machineId", status.MachineId);
        json.WriteString("agentVersion", status.AgentVersion);
        json.WriteString("kernel", status.Kernel);
        json.WriteString("backend", status.Backend);
        json.WriteNumber("rules", status.Rules);
        json.WriteNumber("sets", status.Sets);
        json.WriteNumber("elements", status.Elements);
        json.WriteStartObject("applyMilliseconds");
        json.WriteNumber("compile", Milliseconds(status.CompileTime));
        json.WriteNumber("encode", Milliseconds(status.EncodeTime));
        json.WriteNumber("kernel", Milliseconds(status.KernelTime));
        json.WriteEndObject();
        WriteTraffic(json, status);
        WriteNames(json, status);
        json.WriteTexts("refusedClaims", report.RefusedClaims);
        json.WriteNumber("conntrackCount", status.ConntrackCount);
        json.WriteNumber("conntrackMax", status.ConntrackMax);
        json.WriteNumber("cpuMilliseconds", Milliseconds(status.CpuTime));
        json.WriteNumber("memoryBytes", status.MemoryBytes);
        json.WriteEndObject();
    }

    private static void WriteTraffic(Utf8JsonWriter json, HostStatus status)
    {
        json.WriteNumber("repairs", status.Repairs);
        json.WriteObjects("drift", status.Drift, drift =>
        {
            WriteInstant(json, "at", drift.At);
            json.WriteNumber("processId", drift.ProcessId);
            json.WriteString("processName", drift.ProcessName);
            json.WriteString("what", drift.What);
            json.WriteNumber("repairedMilliseconds", Milliseconds(drift.Repaired));
        });
        json.WriteObjects("counters", status.Counters, counter =>
        {
            json.WriteString("counter", counter.Counter);
            json.WriteNumber("packets", counter.Packets);
            json.WriteNumber("bytes", counter.Bytes);
        });
        json.WriteObjects("denied", status.Denied, flow =>
        {
            json.WriteString("direction", flow.Direction.ToString());
            json.WriteString("source", Address(flow.Source));
            json.WriteString("destination", Address(flow.Destination));
            json.WriteNumber("protocol", flow.Protocol);
            json.WriteNumber("port", flow.Port);
            json.WriteString("policy", flow.Policy);
            json.WriteNumber("count", flow.Count);
            WriteInstant(json, "lastSeen", flow.LastSeen);
        });
        json.WriteTexts("alwaysOpen", status.AlwaysOpen);
        json.WriteTexts("shadowedBy", status.ShadowedBy);
    }

    private static void WriteNames(Utf8JsonWriter json, HostStatus status) => json.WriteObjects("names", status.Names, name =>
    {
        json.WriteString("name", name.Name);
        json.WriteTexts("addresses", name.Addresses.Select(Address));
        json.WriteTexts("leaving", name.Leaving.Select(Address));
        WriteInstant(json, "answeredAt", name.AnsweredAt);
        json.WriteNumber("timeToLiveSeconds", (name.TimeToLive?.ToTimeSpan() ?? default).TotalSeconds);
        json.WriteString("source", name.Source);
        json.WriteString("problem", name.Problem);
    });

    /// <summary>An address of 4 or 16 bytes.</summary>
    public static string Address(ByteString bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes.Span).ToString() : "";

    private static double Milliseconds(Duration? span) => Math.Round(span?.ToTimeSpan().TotalMilliseconds ?? 0, 3);

    private static void WriteInstant(Utf8JsonWriter json, string name, Timestamp? instant)
    {
        if (instant is null)
            json.WriteNull(name);
        else
            json.WriteString(name, instant.ToDateTimeOffset().UtcDateTime);
    }
}
