using System.Net;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>An API server did not do what it was asked for.</summary>
/// <param name="status">Its HTTP status, or that of its error in a watch; null where there was no answer, or a broken one.</param>
/// <param name="message">What happened.</param>
internal sealed class ApiFailure(HttpStatusCode? status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The status; null where there was no answer, or a broken one.</summary>
    public HttpStatusCode? Status => status;

    /// <summary>How long the server wants not to be asked again; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the place in the server's history that was asked for is not, or no longer, to be had.</summary>
    public bool IsExpired => status is HttpStatusCode.Gone or HttpStatusCode.BadRequest;
}
