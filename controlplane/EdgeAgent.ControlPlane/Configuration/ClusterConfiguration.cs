using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>A cluster whose API server is followed.</summary>
/// <param name="Name">What it is called here: the author of its revisions is <c>cluster:NAME</c>.</param>
/// <param name="Server">The address of its API server.</param>
public sealed record ClusterConfiguration(string Name, Uri Server)
{
    /// <summary>A file with the authorities of the server's certificate in PEM; null for those that the machine trusts.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>A file with a bearer token; it is read again for each request, since such tokens are replaced. Null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>A file with a client certificate in PEM; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>A file with its key in PEM.</summary>
    public string? Key { get; init; }

    /// <summary>What names of objects are preceded by, but for those that other objects refer to; empty for nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The kinds that are followed, as in resource keys; empty for all.</summary>
    public EquatableArray<string> Kinds { get; init; }

    /// <summary>Whether it is followed no longer, and all that it gave is to go.</summary>
    public bool Forget { get; init; }

    /// <summary>How patient following it is.</summary>
    internal ClusterPatience Patience { get; init; } = new();
}

/// <summary>Times of following a cluster.</summary>
internal sealed record ClusterPatience
{
    /// <summary>How long nothing must change before what changed becomes a revision.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>How long a change waits at most for others to share its revision.</summary>
    public TimeSpan MostQuiet { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long to wait after a first failure; doubled for each further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long to wait at most after failures.</summary>
    public TimeSpan MostRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a kind that the server does not have, and what was refused, is looked at again.</summary>
    public TimeSpan LookAgain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the server is asked to keep a watch open.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the server may take to begin an answer.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(30);
}
