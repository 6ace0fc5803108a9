using EdgeAgent.Manifests.Documents;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Reading;

/// <summary>Where in a document reading is.</summary>
/// <param name="Scope">The document.</param>
/// <param name="Path">The way to the value; null at the root.</param>
internal readonly record struct ReadContext(DocumentScope Scope, FieldPath? Path)
{
    /// <summary>The field within this object.</summary>
    public ReadContext Field(string name) => this with { Path = new(Path, name, 0) };

    /// <summary>The item within this list.</summary>
    public ReadContext Item(int index) => this with { Path = new(Path, null, index) };

    /// <summary>Reports an error at a value; returns false, for readers to return.</summary>
    public bool Error(YamlNode at, string message)
    {
        Scope.Report(Severity.Error, Scope.PositionOf(at), Path, message);
        return false;
    }

    /// <summary>Keeps the place of a value for checks across documents.</summary>
    public void Mark(string what, YamlNode at) => Scope.Marks[what] = new(Scope.PositionOf(at), Path?.ToString() ?? "");

    /// <summary>Reports a warning at a value.</summary>
    public void Warning(YamlNode at, string message) => Scope.Report(Severity.Warning, Scope.PositionOf(at), Path, message);
}
