namespace EdgeAgent.Policy.Istio;

/// <summary>What Istio's resources cannot say of their mesh, because the mesh's own configuration does.</summary>
public sealed record MeshResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind in keys; there is one such resource.</summary>
    public const string Kind = "Mesh";

    /// <summary>The settings.</summary>
    public IstioSettings Settings { get; init; } = IstioSettings.Default;
}
