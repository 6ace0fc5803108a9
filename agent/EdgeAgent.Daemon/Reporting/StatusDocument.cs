using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>The status as <c>status.json</c> and <c>edgeagent status -o json</c> have it. Times are ISO 8601, durations milliseconds.</summary>
public sealed record StatusDocument
{
    /// <summary>The host's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The host's name.</summary>
    public required string Name { get; init; }

    /// <summary>When this was written.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The agent's process.</summary>
    public int ProcessId { get; init; }

    /// <summary>Whether the agent runs; said by the reader.</summary>
    public bool Running { get; init; }

    /// <summary>Where the host stands: the name of a <see cref="HostState"/>.</summary>
    public string State { get; init; } = "";

    /// <summary>Why, in words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The control plane's address.</summary>
    public string ControlPlane { get; init; } = "";

    /// <summary>Whether the stream to it is open.</summary>
    public bool Connected { get; init; }

    /// <summary>Why it is not.</summary>
    public string ConnectionProblem { get; init; } = "";

    /// <summary>The newest revision that the host was told.</summary>
    public long TargetRevision { get; init; }

    /// <summary>The revision that the kernel is proven to hold.</summary>
    public long RealizedRevision { get; init; }

    /// <summary>How the host treats its policy: enforce, audit, off or quarantine; empty without a policy.</summary>
    public string Mode { get; init; } = "";

    /// <summary>The digest of the realized host policy.</summary>
    public string PolicyDigest { get; init; } = "";

    /// <summary>The digest of what was read back from the kernel.</summary>
    public string KernelDigest { get; init; } = "";

    /// <summary>Rules in the table.</summary>
    public int Rules { get; init; }

    /// <summary>Sets and maps.</summary>
    public int Sets { get; init; }

    /// <summary>Their elements.</summary>
    public int Elements { get; init; }

    /// <summary>The cost of the last update in milliseconds.</summary>
    public required ApplyTimeDocument ApplyTime { get; init; }

    /// <summary>Repairs since the agent started.</summary>
    public long Repairs { get; init; }

    /// <summary>The newest repairs, oldest first.</summary>
    public required IReadOnlyList<DriftDocument> Drift { get; init; }

    /// <summary>Counters by policy and direction.</summary>
    public required IReadOnlyList<PolicyCounter> Counters { get; init; }

    /// <summary>Denied flows, newest last.</summary>
    public required IReadOnlyList<DeniedDocument> Denied { get; init; }

    /// <summary>What stays open whatever policy says.</summary>
    public required IReadOnlyList<string> AlwaysOpen { get; init; }

    /// <summary>Foreign base chains that can drop what we allow.</summary>
    public required IReadOnlyList<string> ShadowedBy { get; init; }

    /// <summary>Names that policy grants, as the host resolves them.</summary>
    public IReadOnlyList<NameDocument> Names { get; init; } = [];

    /// <summary>Tracked connections now, and at most.</summary>
    public long ConntrackCount { get; init; }

    /// <summary>Tracked connections at most.</summary>
    public long ConntrackMax { get; init; }

    /// <summary>Processor time of the agent in milliseconds.</summary>
    public double CpuMilliseconds { get; init; }

    /// <summary>Resident memory of the agent in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary><c>/etc/machine-id</c>.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>The agent's version.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>The kernel's release.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>How the kernel is programmed.</summary>
    public string Backend { get; init; } = "";

    /// <summary>From what is reported to the control plane, and what only this host cares for.</summary>
    public static StatusDocument Of(HostStatus status, AgentState state, string controlPlane) => new()
    {
        Namespace = status.Namespace,
        Name = status.Name,
        At = status.At,
        ProcessId = Environment.ProcessId,
        Running = true,
        State = status.State.ToString(),
        Reason = status.Reason,
        ControlPlane = controlPlane,
        Connected = state.IsConnected,
        ConnectionProblem = state.ConnectionProblem ?? "",
        TargetRevision = status.Target.Number,
        RealizedRevision = status.Realized.Number,
        Mode = state.Held?.Policy.Policy.Mode.ToString().ToLowerInvariant() ?? "",
        PolicyDigest = status.PolicyDigest.Hex,
        KernelDigest = status.KernelDigest.Hex,
        Rules = status.Rules,
        Sets = status.Sets,
        Elements = status.Elements,
        ApplyTime = new(status.ApplyTime.Compile.TotalMilliseconds, status.ApplyTime.Encode.TotalMilliseconds, status.ApplyTime.Kernel.TotalMilliseconds),
        Repairs = status.Repairs,
        Drift = [.. status.Drift.Select(drift => new DriftDocument(drift.At, drift.ProcessId, drift.ProcessName, drift.What, drift.Repaired.TotalMilliseconds))],
        Counters = [.. status.Counters],
        Denied = [.. status.Denied.Select(DeniedDocument.Of)],
        AlwaysOpen = [.. status.AlwaysOpen],
        ShadowedBy = [.. status.ShadowedBy],
        Names = [.. status.Names.Select(NameDocument.Of)],
        ConntrackCount = status.ConntrackCount,
        ConntrackMax = status.ConntrackMax,
        CpuMilliseconds = status.CpuTime.TotalMilliseconds,
        MemoryBytes = status.MemoryBytes,
        MachineId = status.MachineId,
        AgentVersion = status.AgentVersion,
        Kernel = status.Kernel,
        Backend = status.Backend,
    };

    /// <summary>As JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, StatusJson.Default.StatusDocument);

    /// <summary>From JSON.</summary>
    /// <exception cref="JsonException">It is not a status.</exception>
    public static StatusDocument Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, StatusJson.Default.StatusDocument) ?? throw new JsonException("null; expected a status");
}

/// <summary>The cost of one update in milliseconds.</summary>
public sealed record ApplyTimeDocument(double Compile, double Encode, double Kernel);

/// <summary>A repair.</summary>
public sealed record DriftDocument(DateTimeOffset At, int ProcessId, string ProcessName, string What, double RepairedMilliseconds);

/// <summary>Denied flows of one kind.</summary>
public sealed record DeniedDocument(string Direction, string Source, string Destination, string Protocol, int Port, string Policy, long Count, DateTimeOffset LastSeen)
{
    internal static DeniedDocument Of(DeniedFlow flow) => new(
        flow.Direction.ToString().ToLowerInvariant(), flow.Source.ToString(), flow.Destination.ToString(), flow.Protocol.ToString(), flow.Port, flow.Policy, flow.Count, flow.LastSeen);
}

/// <summary>A name that policy grants.</summary>
public sealed record NameDocument(string Name, IReadOnlyList<string> Addresses, IReadOnlyList<string> Leaving, DateTimeOffset? AnsweredAt, double TimeToLiveSeconds, string Source, string Problem)
{
    internal static NameDocument Of(NameStatus name) => new(
        name.Name, [.. name.Addresses.Select(address => address.ToString())], [.. name.Leaving.Select(address => address.ToString())], name.AnsweredAt, name.TimeToLive.TotalSeconds, name.Source, name.Problem);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;
