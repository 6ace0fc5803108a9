using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Resources;

/// <summary>A document that was translated.</summary>
internal sealed record TranslatedDocument(string ApiVersion, string Kind, Resource Model);

/// <summary>Collects the resources of all files; of two with one name the second is an error.</summary>
internal sealed class ResourceCollector(DiagnosticSink sink)
{
    private readonly Dictionary<ResourceKey, SourcePosition> _seen = [];
    private readonly List<ManifestResource> _resources = [];

    /// <summary>The resources without errors.</summary>
    public IReadOnlyList<ManifestResource> Resources => _resources;

    /// <summary>Takes what a document gave; null where it could not be translated.</summary>
    public void Add(TranslatedDocument? document, DocumentScope scope, Func<string> text, int textLine)
    {
        if (scope.Resource is { } key && scope.Marks.TryGetValue(DocumentReader.NameMark, out var name))
        {
            if (_seen.TryGetValue(key, out var first))
            {
                scope.HasErrors = true;
                sink.Add(new(Severity.Error, name.Position, key, name.Field, $"the name is taken, first by {first}; expected a name that no other {key.Kind} has") { Related = [first] });
            }
            else
            {
                _seen.Add(key, name.Position);
            }
        }

        if (document is not null && !scope.HasErrors)
            _resources.Add(new(document.ApiVersion, document.Kind, document.Model, text(), textLine, scope.Marks));
    }
}
