using System.Globalization;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Resources;

/// <summary>Reads the documents of one file.</summary>
internal sealed class FileReader(ManifestFile file, DocumentLimits limits, DiagnosticSink sink, ResourceCollector resources)
{
    /// <summary>Reads them all; a document that cannot be read does not hide the next.</summary>
    public void Read()
    {
        string text;
        try
        {
            text = SourceDecoder.Decode(file, limits);
        }
        catch (UnreadableDocumentException e)
        {
            Report(new(file.Name, sink), e);
            return;
        }

        var count = 0;
        foreach (var chunk in DocumentSplitter.Split(text, file.FirstLine))
        {
            if (++count > limits.DocumentsInFile)
            {
                var scope = new DocumentScope(file.Name, sink);
                Report(scope, new(new(chunk.FirstLine, 1), string.Create(
                    CultureInfo.InvariantCulture, $"more than {limits.DocumentsInFile} documents in one file; expected smaller files")));
                return;
            }

            ReadChunk(chunk);
        }
    }

    private static void Report(DocumentScope scope, UnreadableDocumentException e) =>
        scope.Report(Severity.Error, scope.PositionOf(e.Position), null, e.Message);

    private void ReadChunk(SourceChunk chunk)
    {
        var scope = new DocumentScope(file.Name, sink);
        try
        {
            var root = YamlComposer.Compose(chunk, limits, (position, message) => scope.Report(Severity.Error, scope.PositionOf(position), null, message));
            if (root is not null)
                ReadRoot(root, chunk, scope);
        }
        catch (UnreadableDocumentException e)
        {
            Report(scope, e);
        }
    }

    private void ReadRoot(YamlNode root, SourceChunk chunk, DocumentScope scope)
    {
        if (ListUnroller.TryUnroll(root, scope) is not { } items)
        {
            var (text, line) = DocumentText.WithoutMarker(chunk);
            resources.Add(DocumentReader.Read(root, scope), scope, () => text, line);
            return;
        }

        foreach (var item in items)
        {
            // An error in the list as a whole, such as a key that comes twice, refuses all its items.
            var itemScope = new DocumentScope(file.Name, sink) { HasErrors = scope.HasErrors };
            resources.Add(DocumentReader.Read(item, itemScope), itemScope, () => DocumentText.Write(item), item.Position.Line);
        }
    }
}
