using System.Text.Json;
using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>Makes a configuration of what the command line and the configuration file say; the command line wins.</summary>
internal static class ConfigurationReader
{
    /// <summary>Reads a configuration.</summary>
    /// <exception cref="ConfigurationException">Something is missing, unreadable or out of range.</exception>
    public static ServerConfiguration Read(CommandLineValues given)
    {
        var file = given.ConfigurationFile;
        var document = file is null ? new() : ReadFile(file);
        var defaults = new ServerConfiguration { DataDirectory = "", Listen = new(System.Net.IPAddress.Loopback, 0) };
        var result = new ServerConfiguration
        {
            DataDirectory = Path.GetFullPath(given.DataDirectory ?? Resolve(file, document.Data) ?? throw Missing("--data DIR", "data")),
            Listen = Address("--listen", given.Listen) ?? Address($"{file}: listen", document.Listen) ?? throw Missing("--listen ADDR:PORT", "listen"),
            Http = Address("--http", given.Http) ?? Address($"{file}: http", document.Http),
            Insecure = given.Insecure || document.Insecure == true,
            Certificates = Certificates(file, document.Tls),
            PassphraseFile = Resolve(file, document.Tls?.PassphraseFile) ?? Credential("ca-passphrase"),
            ServerNames = (document.Tls?.Names ?? []).ToEquatableArray(),
            TrustDomain = document.TrustDomain ?? defaults.TrustDomain,
            Administrators = (document.Administrators ?? []).ToEquatableArray(),
            HeartbeatInterval = Seconds(file, "heartbeatSeconds", document.HeartbeatSeconds, 0.1, 3600) ?? defaults.HeartbeatInterval,
            ReportInterval = Seconds(file, "reportSeconds", document.ReportSeconds, 0.1, 86400) ?? defaults.ReportInterval,
            CertificateLifetime = Seconds(file, "tls.certificateDays", document.Tls?.CertificateDays * 86400, 60, 86400 * 3650.0) ?? defaults.CertificateLifetime,
            Postgres = Postgres(file, document.Store),
            Clusters = ClusterSettings.Read(file, document.Clusters ?? [], path => Resolve(file, path)),
            History = History(file, document.History ?? new(), defaults.History),
            StoreLimit = InRange(file, "storeLimitMebibytes", document.StoreLimitMebibytes ?? 0, 0, 1L << 30) * 1024 * 1024,
            RulesetBudget = document.RulesetLimitMebibytes is { } limit ? InRange(file, "rulesetLimitMebibytes", limit, 0, 1L << 30) * 1024 * 1024 : defaults.RulesetBudget,
        };
        if (result.TrustDomain.Length is 0 or > 255 || result.TrustDomain.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_')))
            throw new ConfigurationException($"{file}: trustDomain: '{result.TrustDomain}'; expected lower-case letters, digits, dots, dashes and underscores");
        return result;
    }

    private static ConfigurationDocument ReadFile(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), ConfigurationJson.Default.ConfigurationDocument)
                ?? throw new ConfigurationException($"{file}:1:1: null; expected an object such as {{\"data\": \"/var/lib/edgecontrol\", \"listen\": \"0.0.0.0:7443\"}}");
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"{file}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: {e.Path}: {e.Message.Split(" Path: ")[0]} (expected JSON with the fields data, listen, http, insecure, tls, trustDomain, administrators, heartbeatSeconds, reportSeconds, store, clusters, history, storeLimitMebibytes, rulesetLimitMebibytes)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{file}: {e.Message} (expected a readable JSON file)");
        }
    }

    private static CertificateFiles? Certificates(string? file, TlsDocument? tls) => (tls?.Certificate, tls?.Key, tls?.ClientAuthorities, tls?.SigningCertificate, tls?.SigningKey) switch
    {
        (null, null, null, null, null) => null,
        ({ } certificate, { } key, { } authorities, { } signing, { } signingKey) =>
            new(Resolve(file, certificate)!, Resolve(file, key)!, Resolve(file, authorities)!, Resolve(file, signing)!, Resolve(file, signingKey)!),
        _ => throw new ConfigurationException($"{file}: tls: only some of certificate, key, clientAuthorities, signingCertificate and signingKey; expected all of them, or none for the embedded authority"),
    };

    private static HistoryRetention History(string? file, HistoryDocument history, HistoryRetention defaults) => defaults with
    {
        Age = history.KeepDays switch
        {
            null => defaults.Age,
            0 => TimeSpan.Zero,
            { } days => TimeSpan.FromDays(InRange(file, "history.keepDays", days, 1, 36500)),
        },
        Revisions = InRange(file, "history.keepRevisions", history.KeepRevisions ?? defaults.Revisions, 1, 1L << 40),
    };

    private static string? Postgres(string? file, StoreDocument? store) => (store?.Kind, store?.Connection) switch
    {
        (null or "sqlite", null) => store?.PasswordFile is null ? null : throw new ConfigurationException($"{file}: store.passwordFile without a connection; expected \"kind\": \"postgres\" and \"connection\""),
        ("postgres", { Length: > 0 } connection) => store!.PasswordFile is { } path ? $"{connection};Password='{Password(Resolve(file, path)!)}'" : connection,
        ("postgres", _) => throw new ConfigurationException($"{file}: store.connection: nothing; expected a connection string such as Host=db;Database=edgecontrol;Username=edgecontrol"),
        ("sqlite" or null, _) => throw new ConfigurationException($"{file}: store.connection without kind postgres; expected \"kind\": \"postgres\""),
        _ => throw new ConfigurationException($"{file}: store.kind: '{store!.Kind}'; expected sqlite or postgres"),
    };

    private static string Password(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n').Replace("'", "''", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"store.passwordFile: {e.Message} (expected a readable file that holds the password)");
        }
    }

    private static ListenAddress? Address(string where, string? text) =>
        text is null ? null : ListenAddress.TryParse(text, out var address) ? address : throw new ConfigurationException($"{where}: '{text}'; expected {ListenAddress.Expected}");

    private static TimeSpan? Seconds(string? file, string field, double? seconds, double least, double most) =>
        seconds is null ? null : TimeSpan.FromSeconds(InRange(file, field, seconds.Value, least, most));

    private static T InRange<T>(string? file, string field, T value, T least, T most)
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ConfigurationException($"{file}: {field}: {value} is out of range; expected {least} to {most}");

    private static ConfigurationException Missing(string option, string field) =>
        new($"nothing says {field}; expected {option}, or \"{field}\" in the file of --config");

    // What systemd hands over (LoadCredential=, LoadCredentialEncrypted=; systemd.exec(5)).
    private static string? Credential(string name) =>
        Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } directory && Path.Combine(directory, name) is var path && File.Exists(path) ? path : null;

    private static string? Resolve(string? file, string? path) =>
        path is null ? null : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file!))!, path);
}
