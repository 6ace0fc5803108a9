using System.Collections.Immutable;
using EdgeAgent.Contracts;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.Wire;

/// <summary>Status reports, between wire and values.</summary>
public static class HostStatusMapping
{
    // What the field comments promise; a host that sends more could fill the control plane's memory.
    private const int MostDrift = 20;
    private const int MostDenied = 200;
    private const int MostNames = 1_000;
    private const int MostAddresses = 32;

    /// <summary>To the wire.</summary>
    public static V1.HostStatus ToWire(HostStatus status)
    {
        var wire = new V1.HostStatus
        {
            Namespace = status.Namespace,
            Name = status.Name,
            At = Timestamp.FromDateTimeOffset(status.At),
            MachineId = status.MachineId,
            AgentVersion = status.AgentVersion,
            Kernel = status.Kernel,
            Backend = status.Backend,
            State = (V1.HostState)status.State,
            Reason = status.Reason,
            TargetRevision = status.Target.Number,
            RealizedRevision = status.Realized.Number,
            PolicyDigest = status.PolicyDigest.Hex,
            KernelDigest = status.KernelDigest.Hex,
            Rules = status.Rules,
            Sets = status.Sets,
            Elements = status.Elements,
            CompileTime = Duration.FromTimeSpan(status.ApplyTime.Compile),
            EncodeTime = Duration.FromTimeSpan(status.ApplyTime.Encode),
            KernelTime = Duration.FromTimeSpan(status.ApplyTime.Kernel),
            Repairs = status.Repairs,
            ConntrackCount = status.ConntrackCount,
            ConntrackMax = status.ConntrackMax,
            CpuTime = Duration.FromTimeSpan(status.CpuTime),
            MemoryBytes = status.MemoryBytes,
        };
        wire.Drift.AddRange(status.Drift.Select(ToWire));
        wire.Counters.AddRange(status.Counters.Select(counter => new V1.PolicyCounter { Counter = counter.Counter, Packets = counter.Packets, Bytes = counter.Bytes }));
        wire.Denied.AddRange(status.Denied.Select(ToWire));
        wire.AlwaysOpen.AddRange(status.AlwaysOpen);
        wire.ShadowedBy.AddRange(status.ShadowedBy);
        wire.Names.AddRange(status.Names.Select(ToWire));
        return wire;
    }

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">A field is missing or out of range, or a list is longer than agreed.</exception>
    public static HostStatus FromWire(V1.HostStatus wire) => new()
    {
        Namespace = wire.Namespace,
        Name = wire.Name,
        At = TimeFromWire(wire.At, "status time"),
        MachineId = wire.MachineId,
        AgentVersion = wire.AgentVersion,
        Kernel = wire.Kernel,
        Backend = wire.Backend,
        State = wire.State is >= V1.HostState.Unknown and <= V1.HostState.Disconnected ? (HostState)wire.State : throw new WireFormatException($"host state {wire.State}; expected one of the named ones"),
        Reason = wire.Reason,
        Target = HostPolicyMapping.RevisionFromWire(wire.TargetRevision),
        Realized = HostPolicyMapping.RevisionFromWire(wire.RealizedRevision),
        PolicyDigest = SetMapping.DigestFromWire(wire.PolicyDigest, "policy digest"),
        KernelDigest = SetMapping.DigestFromWire(wire.KernelDigest, "kernel digest"),
        Rules = wire.Rules,
        Sets = wire.Sets,
        Elements = wire.Elements,
        ApplyTime = new(SpanFromWire(wire.CompileTime), SpanFromWire(wire.EncodeTime), SpanFromWire(wire.KernelTime)),
        Drift = Each(AtMost(MostDrift, wire.Drift, "drift events"), FromWire),
        Repairs = wire.Repairs,
        Counters = Each(wire.Counters, static counter => new PolicyCounter(counter.Counter, counter.Packets, counter.Bytes)),
        Denied = Each(AtMost(MostDenied, wire.Denied, "denied flows"), FromWire),
        AlwaysOpen = Each(wire.AlwaysOpen, static text => text),
        ShadowedBy = Each(wire.ShadowedBy, static text => text),
        Names = Each(AtMost(MostNames, wire.Names, "names"), FromWire),
        ConntrackCount = wire.ConntrackCount,
        ConntrackMax = wire.ConntrackMax,
        CpuTime = SpanFromWire(wire.CpuTime),
        MemoryBytes = wire.MemoryBytes,
    };

    private static V1.DriftEvent ToWire(DriftEvent drift) => new()
    {
        At = Timestamp.FromDateTimeOffset(drift.At),
        ProcessId = drift.ProcessId,
        ProcessName = drift.ProcessName,
        What = drift.What,
        Repaired = Duration.FromTimeSpan(drift.Repaired),
    };

    private static DriftEvent FromWire(V1.DriftEvent wire) =>
        new(TimeFromWire(wire.At, "drift time"), wire.ProcessId, wire.ProcessName, wire.What, SpanFromWire(wire.Repaired));

    private static V1.DeniedFlow ToWire(DeniedFlow flow) => new()
    {
        Direction = (V1.Direction)flow.Direction,
        Source = SetMapping.AddressToWire(flow.Source),
        Destination = SetMapping.AddressToWire(flow.Destination),
        Protocol = flow.Protocol.Number,
        Port = flow.Port,
        Policy = flow.Policy,
        Count = flow.Count,
        LastSeen = Timestamp.FromDateTimeOffset(flow.LastSeen),
    };

    private static DeniedFlow FromWire(V1.DeniedFlow wire) => new(
        FailsafeMapping.DirectionFromWire(wire.Direction),
        SetMapping.AddressFromWire(wire.Source),
        SetMapping.AddressFromWire(wire.Destination),
        new(RuleMapping.ByteFromWire(wire.Protocol, "protocol")),
        SetMapping.PortFromWire(wire.Port),
        wire.Policy,
        wire.Count,
        TimeFromWire(wire.LastSeen, "denied flow time"));

    private static V1.NameStatus ToWire(NameStatus name)
    {
        var wire = new V1.NameStatus
        {
            Name = name.Name,
            AnsweredAt = name.AnsweredAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
            TimeToLive = Duration.FromTimeSpan(name.TimeToLive),
            Source = name.Source,
            Problem = name.Problem,
        };
        wire.Addresses.AddRange(name.Addresses.Select(SetMapping.AddressToWire));
        wire.Leaving.AddRange(name.Leaving.Select(SetMapping.AddressToWire));
        return wire;
    }

    private static NameStatus FromWire(V1.NameStatus wire) => new(
        wire.Name,
        Each(AtMost(MostAddresses, wire.Addresses, "addresses of a name"), SetMapping.AddressFromWire),
        Each(AtMost(MostAddresses, wire.Leaving, "addresses of a name"), SetMapping.AddressFromWire),
        wire.AnsweredAt is null ? null : TimeFromWire(wire.AnsweredAt, "time of an answer"),
        SpanFromWire(wire.TimeToLive),
        wire.Source,
        wire.Problem);

    private static RepeatedField<T> AtMost<T>(int most, RepeatedField<T> items, string what) =>
        items.Count <= most ? items : throw new WireFormatException($"{items.Count} {what}; expected at most {most}");

    // Most lists of most reports are empty, and a control plane reads thousands of reports in a second.
    private static EquatableArray<TValue> Each<TWire, TValue>(RepeatedField<TWire> items, Func<TWire, TValue> read)
    {
        if (items.Count == 0)
            return [];
        var values = ImmutableArray.CreateBuilder<TValue>(items.Count);
        foreach (var item in items)
            values.Add(read(item));
        return values.MoveToImmutable();
    }

    private static DateTimeOffset TimeFromWire(Timestamp? wire, string what)
    {
        try
        {
            return wire?.ToDateTimeOffset() ?? throw new WireFormatException($"no {what}");
        }
        catch (InvalidOperationException e)
        {
            throw new WireFormatException($"{what}: {e.Message}");
        }
    }

    private static TimeSpan SpanFromWire(Duration? wire)
    {
        try
        {
            return wire?.ToTimeSpan() ?? TimeSpan.Zero;
        }
        catch (Exception e) when (e is InvalidOperationException or OverflowException)
        {
            throw new WireFormatException($"duration: {e.Message}");
        }
    }
}
