using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeAgent.Wire;

/// <summary>
/// All that a person's tools need to reach a control plane, in one file: the control plane writes the first administrator's, and
/// <c>edgectl</c> reads it. PEM stands in it as text, so that the file can be carried alone.
/// </summary>
public sealed record ClientContext
{
    /// <summary><c>https://host:port</c>.</summary>
    public string? Server { get; init; }

    /// <summary>The authorities that the control plane's certificate must come from, in PEM.</summary>
    public string? Authorities { get; init; }

    /// <summary>The person's certificate in PEM; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its private key in PEM.</summary>
    public string? Key { get; init; }

    /// <summary>The person's bearer token; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ClientContextJson.Default.ClientContext) + "\n";

    /// <summary>From JSON.</summary>
    /// <exception cref="JsonException">It is not a context.</exception>
    public static ClientContext Parse(string json) => JsonSerializer.Deserialize(json, ClientContextJson.Default.ClientContext) ?? throw new JsonException("null; expected a context");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ClientContext))]
internal sealed partial class ClientContextJson : JsonSerializerContext;
