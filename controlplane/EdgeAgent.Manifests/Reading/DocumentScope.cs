using EdgeAgent.Manifests.Documents;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Reading;

/// <summary>The document that is being read, and where its findings go.</summary>
internal sealed class DocumentScope(string file, DiagnosticSink sink)
{
    /// <summary>The resource's name, as soon as it is known.</summary>
    public ResourceKey? Resource { get; set; }

    /// <summary>Whether an error was reported for this document.</summary>
    public bool HasErrors { get; set; }

    /// <summary>Places that checks across documents may point at.</summary>
    public Dictionary<string, MarkedField> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>The place of a value.</summary>
    public SourcePosition PositionOf(YamlNode node) => PositionOf(node.Position);

    /// <summary>A place in the file.</summary>
    public SourcePosition PositionOf(TextPosition position) => new(file, position.Line, position.Column);

    /// <summary>Reports a finding.</summary>
    public void Report(Severity severity, SourcePosition position, FieldPath? field, string message, SourcePosition? related = null)
    {
        HasErrors |= severity == Severity.Error;
        sink.Add(new(severity, position, Resource, field?.ToString() ?? "", message) { Related = related is { } place ? [place] : [] });
    }
}

/// <summary>A field's place, kept for checks across documents.</summary>
internal readonly record struct MarkedField(SourcePosition Position, string Field);
