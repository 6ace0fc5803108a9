using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;
using EdgeAgent.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Values as administrators see them on the wire.</summary>
internal static class AdminMapping
{
    /// <summary>A key; the group stands apart where it is part of the kind.</summary>
    public static Wire.V1.ResourceKey ToWire(ResourceKey key)
    {
        var dot = key.Kind.IndexOf('.', StringComparison.Ordinal);
        return new()
        {
            Kind = dot < 0 ? key.Kind : key.Kind[..dot],
            Group = dot < 0 ? "" : key.Kind[(dot + 1)..],
            Namespace = key.Namespace,
            Name = key.Name,
        };
    }

    /// <summary>The keys that a caller can mean, the likeliest first: kinds of one name are told apart by their group.</summary>
    public static IEnumerable<ResourceKey> FromWire(Wire.V1.ResourceKey key)
    {
        if (key.Group.Length > 0)
            yield return new($"{key.Kind}.{key.Group}", key.Namespace, key.Name);
        yield return new(key.Kind, key.Namespace, key.Name);
    }

    /// <summary>A finding.</summary>
    public static Wire.V1.Diagnostic ToWire(Diagnostic diagnostic) => new()
    {
        Severity = (Wire.V1.Severity)diagnostic.Severity,
        File = diagnostic.Position.File ?? "",
        Line = diagnostic.Position.Line,
        Column = diagnostic.Position.Column,
        Message = Message(diagnostic),
        Resource = diagnostic.Resource is { } key ? ToWire(key) : null,
    };

    /// <summary>A revision of the log, each resource once.</summary>
    public static Wire.V1.RevisionEntry ToWire(RevisionRecord record)
    {
        var entry = new Wire.V1.RevisionEntry
        {
            Revision = record.Revision.Number,
            At = record.At.ToTimestamp(),
            Author = record.Author,
            Note = record.Note,
        };
        entry.Changes.AddRange(record.Changes.DistinctBy(change => change.Key).Select(change => new Wire.V1.ResourceChange { Key = ToWire(change.Key), Kind = KindOf(change) }));
        return entry;
    }

    /// <summary>A revision of the log with the documents before and after each change.</summary>
    public static Wire.V1.RevisionEntry ToWire(RevisionRecord record, RevisionLog log)
    {
        var entry = ToWire(record);
        foreach (var (wire, change) in entry.Changes.Zip(record.Changes.DistinctBy(change => change.Key)))
        {
            var before = log.Before(record.Revision, change);
            (wire.Before, wire.BeforeDigest) = (before?.Document?.Text ?? "", before?.Pruned?.Digest.Hex ?? "");
            (wire.After, wire.AfterDigest) = (change.Document?.Text ?? "", change.Pruned?.Digest.Hex ?? "");
        }

        return entry;
    }

    /// <summary>A change of a resource; null is unchanged.</summary>
    public static Wire.V1.ResourceChange ToWire(ResourceKey key, DocumentChangeKind? kind) => new()
    {
        Key = ToWire(key),
        Kind = kind is { } known ? (Wire.V1.ChangeKind)known : Wire.V1.ChangeKind.Unchanged,
    };

    /// <summary>What became of a change.</summary>
    public static Wire.V1.ApplyResponse ToWire(ChangeOutcome outcome)
    {
        var response = new Wire.V1.ApplyResponse { Accepted = outcome.Accepted, Revision = outcome.Revision.Number, HostsTouched = outcome.HostsTouched };
        response.Changes.AddRange(outcome.Changes.Select(change => ToWire(change.Key, change.Kind)));
        response.Diagnostics.AddRange(outcome.Diagnostics.Select(ToWire));
        return response;
    }

    /// <summary>A stored resource with the warnings that hold now.</summary>
    public static Wire.V1.Resource ToWire(StoredResource stored, IEnumerable<Diagnostic> warnings)
    {
        var resource = new Wire.V1.Resource { Key = ToWire(stored.Resource.Key), Yaml = stored.Resource.Text, Revision = stored.Revision.Number };
        resource.Warnings.AddRange(warnings.Select(ToWire));
        return resource;
    }

    /// <summary>A status transition.</summary>
    public static Wire.V1.StatusTransition ToWire(StatusTransition transition) => new()
    {
        At = transition.At.ToTimestamp(),
        State = (Wire.V1.HostState)transition.State,
        Reason = transition.Reason,
        TargetRevision = transition.Target.Number,
        RealizedRevision = transition.Realized.Number,
        PolicyDigest = transition.PolicyDigest.Hex,
        KernelDigest = transition.KernelDigest.Hex,
    };

    /// <summary>Where a host stands: its own newest report, with the state that the control plane sees.</summary>
    public static Wire.V1.HostReport ToWire(HostName host, HostEntry? entry, Revision wanted, Digest wantedDigest)
    {
        var status = entry?.Report is { } report ? HostStatusMapping.ToWire(report) : WithoutReport(host, entry);
        status.State = (Wire.V1.HostState)(entry?.State ?? HostState.Unknown);
        status.Reason = entry?.Reason ?? "never connected";
        var hostReport = new Wire.V1.HostReport
        {
            Status = status,
            Connected = entry?.IsConnected == true,
            Received = entry?.Received?.ToTimestamp(),
            WantedRevision = wanted.Number,
            WantedDigest = wantedDigest.Hex,
        };
        hostReport.RefusedClaims.AddRange(entry?.RefusedClaims ?? []);
        return hostReport;
    }

    private static Wire.V1.ChangeKind KindOf(DocumentChange change) => (change.Origin, change.Kind) switch
    {
        (DocumentOrigin.Quarantined, DocumentChangeKind.Deleted) => Wire.V1.ChangeKind.Released,
        (DocumentOrigin.Quarantined, _) => Wire.V1.ChangeKind.Quarantined,
        _ => (Wire.V1.ChangeKind)change.Kind,
    };

    private static Wire.V1.HostStatus WithoutReport(HostName host, HostEntry? entry) => new()
    {
        Namespace = host.Namespace,
        Name = host.Name,
        At = (entry?.Last?.At ?? DateTimeOffset.UnixEpoch).ToTimestamp(),
        MachineId = entry?.Facts?.MachineId ?? "",
        AgentVersion = entry?.Facts?.AgentVersion ?? "",
        Kernel = entry?.Facts?.Kernel ?? "",
        Backend = entry?.Facts?.Backend ?? "",
        TargetRevision = (entry?.Target ?? Revision.Zero).Number,
        RealizedRevision = (entry?.Realized ?? Revision.Zero).Number,
        PolicyDigest = (entry?.PolicyDigest ?? default).Hex,
        KernelDigest = (entry?.KernelDigest ?? default).Hex,
    };

    private static string Message(Diagnostic diagnostic)
    {
        var field = diagnostic.Field.Length > 0 ? $"{diagnostic.Field}: " : "";
        var related = diagnostic.Related.IsEmpty ? "" : $" (see {string.Join(", ", diagnostic.Related)})";
        return $"{field}{diagnostic.Message}{related}";
    }
}
