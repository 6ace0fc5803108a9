using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeAgent.Daemon;

/// <summary>The configuration file. Every field may be absent; the command line wins.</summary>
internal sealed record ConfigDocument
{
    public string? ControlPlane { get; init; }

    public string? Name { get; init; }

    public string? Namespace { get; init; }

    public string? TokenFile { get; init; }

    public string? Token { get; init; }

    public CredentialsDocument? Credentials { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>Name to <c>TCP/9080</c>.</summary>
    public Dictionary<string, string>? Ports { get; init; }

    public List<string>? Addresses { get; init; }

    public string? StateDir { get; init; }

    public bool? Insecure { get; init; }

    /// <summary>False never undoes a policy.</summary>
    public bool? Confirm { get; init; }

    public double? ConfirmSeconds { get; init; }

    public List<FailsafeDocument>? Failsafes { get; init; }

    public string? Backend { get; init; }

    /// <summary><c>auto</c>, <c>on</c> or <c>off</c>.</summary>
    public string? Owner { get; init; }

    /// <summary><c>open</c> or <c>closed-except-failsafe</c>.</summary>
    public string? FirstBoot { get; init; }

    public string? ResolverFile { get; init; }

    public string? HostsFile { get; init; }

    public double? NameGraceSeconds { get; init; }

    public string? LogLevel { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BadInputException">It cannot be read, is no JSON, or has an unknown field or a value of a wrong type.</exception>
    internal static ConfigDocument Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ConfigJson.Default.ConfigDocument) ?? throw new BadInputException($"{path}:1:1: null; expected an object");
        }
        catch (JsonException e)
        {
            var where = e.Path is { Length: > 2 } field ? $" (field {field[2..]})" : "";
            throw new BadInputException($"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: {FirstSentence(e.Message)}{where}; expected a JSON object as described by 'edgeagent run --help'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: {e.Message}");
        }
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}

/// <summary>Paths of the operator's own certificates.</summary>
internal sealed record CredentialsDocument
{
    public required string Certificate { get; init; }

    public required string Key { get; init; }

    public required string Authorities { get; init; }
}

/// <summary>One failsafe of the configuration file.</summary>
internal sealed record FailsafeDocument
{
    public required string Name { get; init; }

    /// <summary><c>inbound</c> or <c>outbound</c>.</summary>
    public required string Direction { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c>, <c>SCTP</c> or a number.</summary>
    public required string Protocol { get; init; }

    /// <summary><c>22</c> or <c>8000-8080</c>; absent for all.</summary>
    public string? Ports { get; init; }

    public string? SourcePorts { get; init; }

    /// <summary>Address blocks; absent for any peer.</summary>
    public List<string>? Peers { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(ConfigDocument))]
internal sealed partial class ConfigJson : JsonSerializerContext;
