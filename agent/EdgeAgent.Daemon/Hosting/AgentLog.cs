using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>What the agent says in its log.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(1, LogLevel.Information, "edgeagent {version} for host {host}, state in {directory}, control plane {controlPlane}")]
    internal static partial void Started(ILogger log, string version, string host, string directory, string controlPlane);

    [LoggerMessage(2, LogLevel.Information, "{text}")]
    internal static partial void Info(ILogger log, string text);

    [LoggerMessage(3, LogLevel.Warning, "{text}")]
    internal static partial void Warning(ILogger log, string text);

    [LoggerMessage(4, LogLevel.Error, "{text}")]
    internal static partial void Error(ILogger log, string text);

    [LoggerMessage(5, LogLevel.Information, "connected to the control plane, version {version}")]
    internal static partial void Connected(ILogger log, string version);

    [LoggerMessage(6, LogLevel.Warning, "control plane {controlPlane} cannot be reached: {problem}; the last policy stays, next attempt in {wait}")]
    internal static partial void Unreachable(ILogger log, string controlPlane, string problem, TimeSpan wait);

    [LoggerMessage(7, LogLevel.Warning, "the name {host} cannot be resolved: {problem}; trying the addresses known so far")]
    internal static partial void Unresolved(ILogger log, string host, string problem);

    [LoggerMessage(8, LogLevel.Error, "failsafes of the control plane are refused: {problem}; those before stay")]
    internal static partial void BadFailsafes(ILogger log, string problem);

    [LoggerMessage(9, LogLevel.Warning, "asking for a snapshot: {reason}")]
    internal static partial void Resync(ILogger log, string reason);

    [LoggerMessage(10, LogLevel.Warning, "the control plane sent a message that this version does not know; it is left aside")]
    internal static partial void UnknownMessage(ILogger log);

    [LoggerMessage(11, LogLevel.Error, "{file} is refused: {problem}; the host waits for a fresh policy")]
    internal static partial void CacheRefused(ILogger log, string file, string problem);

    [LoggerMessage(19, LogLevel.Warning, "{policy} on disk is not signed: an agent from before there were signatures kept it; it is enforced until the control plane sends one that is")]
    internal static partial void UnsignedCache(ILogger log, string policy);

    [LoggerMessage(12, LogLevel.Error, "a job on the kernel failed unexpectedly")]
    internal static partial void JobBroke(ILogger log, Exception cause);

    [LoggerMessage(13, LogLevel.Information, "cut {count} tracked flows that the policy denies, of {tracked}")]
    internal static partial void FlowsCut(ILogger log, int count, int tracked);

    [LoggerMessage(16, LogLevel.Information, "{count} flows that had been cut are allowed again")]
    internal static partial void FlowsRestored(ILogger log, int count);

    [LoggerMessage(15, LogLevel.Information, "{count} open connections that nobody tracked are tracked from now on")]
    internal static partial void FlowsAdopted(ILogger log, int count);

    [LoggerMessage(16, LogLevel.Information, "enrolled as {id}; the certificate is good until {end:u} and renews itself")]
    internal static partial void Enrolled(ILogger log, string id, DateTimeOffset end);

    [LoggerMessage(17, LogLevel.Information, "the certificate of {id} is renewed; it is good until {end:u}")]
    internal static partial void Renewed(ILogger log, string id, DateTimeOffset end);

    [LoggerMessage(18, LogLevel.Warning, "the certificate could not be renewed: {problem}; it is good until {end:u}, next attempt in {wait}")]
    internal static partial void RenewalFailed(ILogger log, string problem, DateTimeOffset end, TimeSpan wait);

    [LoggerMessage(14, LogLevel.Warning, "{what} failed: {problem}")]
    internal static partial void SideWorkFailed(ILogger log, string what, string problem);

    [LoggerMessage(16, LogLevel.Information, "backend {backend}: {reason}")]
    internal static partial void BackendChosen(ILogger log, string backend, string reason);

    [LoggerMessage(17, LogLevel.Information, "what the backend {backend} held of ours is removed, since another holds it now")]
    internal static partial void BackendLeft(ILogger log, string backend);
}
