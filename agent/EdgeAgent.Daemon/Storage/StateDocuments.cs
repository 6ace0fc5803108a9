using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>A refusal as a file.</summary>
internal sealed record RefusalDocument(string Kind, long Revision, string Digest, string Reason);

/// <summary>The mark of a purge as a file: while it is there no agent that was already running touches the kernel.</summary>
/// <param name="EndState"><c>open</c>, <c>closed-except-failsafe</c> or <c>keep</c>.</param>
/// <param name="At">When.</param>
/// <param name="ProcessId">The process that purged.</param>
internal sealed record PurgeDocument(string EndState, DateTimeOffset At, int ProcessId)
{
    public override string ToString() => $"purged at {At:yyyy-MM-dd HH:mm:ss}Z by pid {ProcessId} with end state {EndState}";
}

/// <summary>The backend as a file.</summary>
internal sealed record BackendDocument(string Backend);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RefusalDocument))]
[JsonSerializable(typeof(PurgeDocument))]
[JsonSerializable(typeof(BackendDocument))]
internal sealed partial class StateJson : JsonSerializerContext;

/// <summary>Small facts that outlive the agent's process.</summary>
public sealed class StateNotes(StateDirectory directory, IDurableFiles files)
{
    /// <summary>Keeps a refusal, or forgets it.</summary>
    public void KeepRefusal(Refusal? refusal)
    {
        if (refusal is null)
            files.Forget(directory.Refusal);
        else
            files.Replace(directory.Refusal, JsonSerializer.SerializeToUtf8Bytes(new RefusalDocument(refusal.Kind.ToString(), refusal.Revision.Number, refusal.Digest.Hex, refusal.Reason), StateJson.Default.RefusalDocument));
    }

    /// <summary>The refusal that was kept; null for none, or for one that cannot be read.</summary>
    public Refusal? LoadRefusal() =>
        Read(directory.Refusal, StateJson.Default.RefusalDocument) is { } kept
        && Enum.TryParse<RefusalKind>(kept.Kind, out var kind) && Digest.TryParse(kept.Digest, out var digest) && !digest.IsNone
            ? new(kind, new(kept.Revision), digest, kept.Reason)
            : null;

    /// <summary>The backend through which something of ours was put into the kernel last; null for none.</summary>
    internal BackendKind? Backend() => BackendNames.Parse(Read(directory.Backend, StateJson.Default.BackendDocument)?.Backend);

    /// <summary>Keeps the backend.</summary>
    internal void KeepBackend(BackendKind kind) =>
        files.Replace(directory.Backend, JsonSerializer.SerializeToUtf8Bytes(new BackendDocument(kind.Name()), StateJson.Default.BackendDocument));

    /// <summary>Marks the host as purged.</summary>
    public void MarkPurged(string endState, DateTimeOffset at) =>
        files.Replace(directory.PurgeMark, JsonSerializer.SerializeToUtf8Bytes(new PurgeDocument(endState, at, Environment.ProcessId), StateJson.Default.PurgeDocument));

    /// <summary>Removes the mark.</summary>
    public void ClearPurgeMark() => files.Forget(directory.PurgeMark);

    /// <summary>Whether the mark is there.</summary>
    public bool IsPurged => File.Exists(directory.PurgeMark);

    /// <summary>The mark in words; null for none.</summary>
    public string? PurgeMark() =>
        !File.Exists(directory.PurgeMark) ? null : Read(directory.PurgeMark, StateJson.Default.PurgeDocument)?.ToString() ?? "purged";

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
