using System.Text.Json;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output;

/// <summary>Names of resources as people and programs read them.</summary>
internal static class KeyText
{
    /// <summary>The engine's form of a name.</summary>
    public static ResourceKey FromWire(Wire.V1.ResourceKey key) => new(key.Group.Length == 0 ? key.Kind : $"{key.Kind}.{key.Group}", key.Namespace, key.Name);

    /// <summary>The control plane's form of a name.</summary>
    public static Wire.V1.ResourceKey ToWire(ResourceKey key)
    {
        var dot = key.Kind.IndexOf('.', StringComparison.Ordinal);
        return new()
        {
            Kind = dot < 0 ? key.Kind : key.Kind[..dot],
            Group = dot < 0 ? "" : key.Kind[(dot + 1)..],
            Namespace = key.Namespace,
            Name = key.Name,
        };
    }

    /// <summary><c>Kind namespace/name</c>.</summary>
    public static string Of(Wire.V1.ResourceKey key) => FromWire(key).ToString();

    /// <summary>Writes the fields <c>kind</c>, <c>namespace</c> and <c>name</c>.</summary>
    public static void WriteFields(Utf8JsonWriter json, Wire.V1.ResourceKey key)
    {
        json.WriteString("kind", FromWire(key).Kind);
        json.WriteString("namespace", key.Namespace);
        json.WriteString("name", key.Name);
    }
}
