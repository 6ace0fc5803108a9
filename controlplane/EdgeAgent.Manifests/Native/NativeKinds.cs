using EdgeAgent.Manifests.Resources;

namespace EdgeAgent.Manifests.Native;

/// <summary>The kinds of this product's own language.</summary>
internal static class NativeKinds
{
    /// <summary>Their API version.</summary>
    public const string ApiVersion = "edgeagent.io/v1";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KindReader> All { get; } = [HostReader.Kind, BookendPolicyReader.Kind, MeshReader.Kind];
}
