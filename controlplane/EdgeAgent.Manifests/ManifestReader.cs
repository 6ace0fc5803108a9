using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests;

/// <summary>Reads documents of every policy language. It never throws for what the input holds, and takes bounded time and memory.</summary>
public static class ManifestReader
{
    /// <summary>The kinds that are read, for documentation.</summary>
    public static IReadOnlyList<KindDescription> Kinds => [.. KindTable.All.Select(kind => kind.Describe())];

    /// <summary>
    /// Reads all documents of all files, and reports all errors at once. Each document is translated on its own, so the order does not
    /// matter; that two documents have one name is an error. What depends on other resources is checked by <see cref="Check"/>.
    /// </summary>
    public static ManifestSet Read(IEnumerable<ManifestFile> files) => Read(files, DocumentLimits.Default);

    /// <summary>
    /// Checks what resources say of one another: no two endpoints with one address, no policy in a tier that does not exist.
    /// </summary>
    /// <param name="resources">The whole state that is to hold; of two that clash the later one is in error.</param>
    public static IReadOnlyList<Diagnostic> Check(IReadOnlyList<ManifestResource> resources) => [.. StateCheck.Run(resources)];

    internal static ManifestSet Read(IEnumerable<ManifestFile> files, DocumentLimits limits)
    {
        var sink = new DiagnosticSink();
        var fileOrder = new Dictionary<string, int>(StringComparer.Ordinal);
        var resources = new ResourceCollector(sink);
        foreach (var file in files)
        {
            fileOrder.TryAdd(file.Name, fileOrder.Count);
            new FileReader(file, limits, sink, resources).Read();
        }

        return new(resources.Resources, sink.InOrder(fileOrder));
    }
}
