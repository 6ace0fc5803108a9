using System.Security.Cryptography;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Clusters;

namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>Reads the <c>clusters</c> section; what cannot work is said before the server starts.</summary>
internal static class ClusterSettings
{
    private const int LongestPrefix = 32;

    /// <summary>Reads the section.</summary>
    /// <exception cref="ConfigurationException">Something is missing, wrong or unreadable.</exception>
    public static EquatableArray<ClusterConfiguration> Read(string? file, IReadOnlyList<ClusterDocument> documents, Func<string?, string?> resolve)
    {
        var clusters = documents.Select((document, i) => Read($"{file}: clusters[{i}]", document, resolve)).ToList();
        for (var i = 0; i < clusters.Count; i++)
        {
            var (cluster, where) = (clusters[i], $"{file}: clusters[{i}]");
            if (clusters.FindIndex(other => other.Name == cluster.Name) != i)
                throw new ConfigurationException($"{where}.name: '{cluster.Name}' comes twice; expected a name for each cluster");
            if (!cluster.Forget && clusters.FindIndex(other => !other.Forget && other.Prefix == cluster.Prefix) != i)
                throw new ConfigurationException($"{where}.prefix: '{cluster.Prefix}' is another cluster's; expected a prefix for each cluster, so that their names do not clash");
        }

        return clusters.ToEquatableArray();
    }

    private static ClusterConfiguration Read(string where, ClusterDocument document, Func<string?, string?> resolve)
    {
        if (document.Name is not { Length: > 0 and <= 63 } name || !IsLabel(name))
            throw new ConfigurationException($"{where}.name: '{document.Name}'; expected at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit");
        if (document.Forget == true)
            return new(name, new("https://localhost")) { Forget = true };
        var cluster = new ClusterConfiguration(name, Server(where, document))
        {
            CertificateAuthority = resolve(document.CertificateAuthority),
            TokenFile = resolve(document.TokenFile),
            Certificate = resolve(document.Certificate),
            Key = resolve(document.Key),
            Prefix = document.Prefix ?? "",
            Kinds = (document.Kinds ?? []).ToEquatableArray(),
        };
        if (cluster.Prefix.Length > LongestPrefix || (cluster.Prefix.Length > 0 && !IsLabel(cluster.Prefix + "x")))
            throw new ConfigurationException($"{where}.prefix: '{cluster.Prefix}'; expected at most {LongestPrefix} lower-case letters, digits and '-', beginning with a letter or digit, such as {name}-");
        if (cluster.Kinds.FirstOrDefault(kind => FollowedKinds.All.All(known => known.KeyKind != kind)) is { } unknown)
            throw new ConfigurationException($"{where}.kinds: '{unknown}'; expected some of {string.Join(", ", FollowedKinds.All.Select(known => known.KeyKind))}");
        Credentials(where, cluster);
        return cluster;
    }

    private static Uri Server(string where, ClusterDocument document)
    {
        if (!Uri.TryCreate(document.Server, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http") || server.Query.Length > 0 || server.UserInfo.Length > 0)
            throw new ConfigurationException($"{where}.server: '{document.Server}'; expected the address of an API server such as https://10.0.0.1:6443");
        if (server.Scheme == "http" && !server.IsLoopback)
            throw new ConfigurationException($"{where}.server: '{document.Server}' is not encrypted; expected https (http is for a proxy on this machine, such as kubectl proxy)");
        return server;
    }

    private static void Credentials(string where, ClusterConfiguration cluster)
    {
        if (cluster.Certificate is null != cluster.Key is null)
            throw new ConfigurationException($"{where}: only one of certificate and key; expected both, or neither");
        if (cluster.Server.Scheme == "https" && cluster is { TokenFile: null, Certificate: null })
            throw new ConfigurationException($"{where}: neither tokenFile nor certificate; expected one of them, for an account that may list and watch");
        if (cluster is { TokenFile: not null, Certificate: not null })
            throw new ConfigurationException($"{where}: both tokenFile and certificate; expected one of them");
        try
        {
            ApiCredentials.Load(cluster).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"{where}: {e.Message} (expected readable files: PEM for certificates and keys, a token alone in tokenFile)");
        }
    }

    private static bool IsLabel(string text) =>
        char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
