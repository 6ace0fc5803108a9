using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>How one control plane process runs.</summary>
public sealed record ServerConfiguration
{
    /// <summary>The directory of the store and of the embedded certificate authority; made if it does not exist.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where gRPC is served.</summary>
    public required ListenAddress Listen { get; init; }

    /// <summary>Where pages, metrics and health are served over plain HTTP/1.1; null for nowhere.</summary>
    public ListenAddress? Http { get; init; }

    /// <summary>Whether gRPC is served without TLS, and callers are believed: loopback and labs only.</summary>
    public bool Insecure { get; init; }

    /// <summary>The operator's own certificates; null for the embedded authority.</summary>
    public CertificateFiles? Certificates { get; init; }

    /// <summary>A file with the passphrase of the embedded authority's key; null for a secret that is generated beside the key.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>DNS names and addresses of the server's certificate from the embedded authority, beside the machine's own.</summary>
    public EquatableArray<string> ServerNames { get; init; }

    /// <summary>The trust domain of SPIFFE ids.</summary>
    public string TrustDomain { get; init; } = "cluster.local";

    /// <summary>SPIFFE ids that may administer, beside those under <c>/admin/</c> of the trust domain.</summary>
    public EquatableArray<string> Administrators { get; init; }

    /// <summary>How often a connected host hears a heartbeat.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a host reports its status when nothing changes; after three of them without a report it is stale.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The life of a host's certificate.</summary>
    public TimeSpan CertificateLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The connection string of the PostgreSQL database that is the store; null for a file of the data directory.</summary>
    public string? Postgres { get; init; }

    /// <summary>The clusters whose API servers are followed.</summary>
    public EquatableArray<ClusterConfiguration> Clusters { get; init; }

    /// <summary>How long documents are kept that others have replaced.</summary>
    public HistoryRetention History { get; init; } = HistoryRetention.Default;

    /// <summary>How large the store may grow, in bytes; 0 for as large as the disk.</summary>
    public long StoreLimit { get; init; }

    /// <summary>How many bytes of compressed rulesets are kept as evidence; beyond it the oldest are dropped.</summary>
    public long RulesetBudget { get; init; } = 1L << 30;
}

/// <summary>Certificates that the operator supplies, in PEM.</summary>
/// <param name="Certificate">The server's certificate, with its intermediate ones.</param>
/// <param name="Key">Its private key.</param>
/// <param name="ClientAuthorities">The authorities that clients' certificates must come from.</param>
/// <param name="SigningCertificate">The certificate that hosts' policies are signed with, of an authority that hosts know.</param>
/// <param name="SigningKey">Its private key.</param>
public sealed record CertificateFiles(string Certificate, string Key, string ClientAuthorities, string SigningCertificate, string SigningKey);
