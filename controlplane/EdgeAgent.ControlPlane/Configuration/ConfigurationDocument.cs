using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>The configuration file as it is written; what is absent has the default of <see cref="ServerConfiguration"/>.</summary>
internal sealed record ConfigurationDocument
{
    /// <summary>Path of the data directory, relative to the file.</summary>
    public string? Data { get; init; }

    /// <summary><c>ADDR:PORT</c> of gRPC.</summary>
    public string? Listen { get; init; }

    /// <summary><c>ADDR:PORT</c> of pages, metrics and health.</summary>
    public string? Http { get; init; }

    /// <summary>Whether gRPC is served without TLS.</summary>
    public bool? Insecure { get; init; }

    /// <summary>Trust.</summary>
    public TlsDocument? Tls { get; init; }

    /// <summary>The trust domain of SPIFFE ids.</summary>
    public string? TrustDomain { get; init; }

    /// <summary>SPIFFE ids that may administer.</summary>
    public IReadOnlyList<string>? Administrators { get; init; }

    /// <summary>Seconds between heartbeats.</summary>
    public double? HeartbeatSeconds { get; init; }

    /// <summary>Seconds between status reports.</summary>
    public double? ReportSeconds { get; init; }

    /// <summary>Where the store is.</summary>
    public StoreDocument? Store { get; init; }

    /// <summary>The clusters whose API servers are followed.</summary>
    public IReadOnlyList<ClusterDocument>? Clusters { get; init; }

    /// <summary>How long old revisions are kept whole.</summary>
    public HistoryDocument? History { get; init; }

    /// <summary>How large the store may grow, in MiB.</summary>
    public long? StoreLimitMebibytes { get; init; }

    /// <summary>How many MiB of compressed rulesets are kept as evidence.</summary>
    public long? RulesetLimitMebibytes { get; init; }
}

/// <summary>The <c>store</c> section.</summary>
internal sealed record StoreDocument
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>Npgsql's connection string.</summary>
    public string? Connection { get; init; }

    /// <summary>Path of a file that holds the password alone, so that it need not stand in the configuration.</summary>
    public string? PasswordFile { get; init; }
}

/// <summary>The <c>history</c> section.</summary>
internal sealed record HistoryDocument
{
    /// <summary>Days after which documents that others have replaced may go; 0 keeps all.</summary>
    public double? KeepDays { get; init; }

    /// <summary>How many of the newest revisions stay whole, however old.</summary>
    public long? KeepRevisions { get; init; }
}

/// <summary>The <c>tls</c> section.</summary>
internal sealed record TlsDocument
{
    /// <summary>Path of the server's certificate chain in PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>Path of its key in PEM.</summary>
    public string? Key { get; init; }

    /// <summary>Path of the authorities of clients in PEM.</summary>
    public string? ClientAuthorities { get; init; }

    /// <summary>Path of the certificate that hosts' policies are signed with, in PEM.</summary>
    public string? SigningCertificate { get; init; }

    /// <summary>Path of its key in PEM.</summary>
    public string? SigningKey { get; init; }

    /// <summary>Path of a file with the passphrase of the embedded authority's key.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>Names of the certificate that the embedded authority issues to the server.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Days that a host's certificate lives.</summary>
    public double? CertificateDays { get; init; }
}

/// <summary>An item of <c>clusters</c>.</summary>
internal sealed record ClusterDocument
{
    /// <summary>What the cluster is called here.</summary>
    public string? Name { get; init; }

    /// <summary>The address of its API server.</summary>
    public string? Server { get; init; }

    /// <summary>Path of the authority of the server's certificate in PEM.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Path of a file with a bearer token, which may change.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Path of a client certificate in PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>Path of its key in PEM.</summary>
    public string? Key { get; init; }

    /// <summary>What names of its objects are preceded by.</summary>
    public string? Prefix { get; init; }

    /// <summary>The kinds that are followed.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Whether the cluster is no longer followed, and what it gave is to go.</summary>
    public bool? Forget { get; init; }
}

/// <summary>Source-generated JSON of the configuration file.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(ConfigurationDocument))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
