using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EdgeAgent.Manifests.Documents;

/// <summary>Builds the nodes of one document from the parser's events, within the limits.</summary>
internal sealed class YamlComposer
{
    private readonly SourceChunk _chunk;
    private readonly DocumentLimits _limits;
    private readonly Action<TextPosition, string> _report;
    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private TextPosition _last;
    private int _nodes;
    private long _aliased;

    private YamlComposer(SourceChunk chunk, DocumentLimits limits, Action<TextPosition, string> report)
    {
        (_chunk, _limits, _report) = (chunk, limits, report);
        _last = new(chunk.FirstLine, 1);
        _parser = new(new Scanner(new StringReader(chunk.Text), skipComments: true));
    }

    /// <summary>The root of the document, or null when it is empty. Errors that leave the rest readable are reported.</summary>
    /// <exception cref="UnreadableDocumentException">A syntax error, or beyond a limit.</exception>
    public static YamlNode? Compose(SourceChunk chunk, DocumentLimits limits, Action<TextPosition, string> report) =>
        new YamlComposer(chunk, limits, report).ComposeDocument();

    private YamlNode? ComposeDocument()
    {
        YamlNode? root = null;
        for (var parsed = Next(); parsed is not StreamEnd; parsed = Next())
        {
            if (parsed is StreamStart or DocumentStart or DocumentEnd)
                continue;
            if (root is not null)
                throw Unreadable(parsed, "a second document begins without a marker; expected a line with --- before it");
            root = ComposeNode(parsed, depth: 1);
        }

        return root is { IsNull: true } ? null : root;
    }

    private YamlNode ComposeNode(ParsingEvent parsed, int depth)
    {
        if (depth > _limits.Depth)
            throw Unreadable(parsed, string.Create(CultureInfo.InvariantCulture, $"nested more than {_limits.Depth} levels deep; expected a policy document"));
        if (++_nodes > _limits.Nodes)
            throw Unreadable(parsed, string.Create(CultureInfo.InvariantCulture, $"more than {_limits.Nodes} values in one document; expected smaller documents, separated by ---"));
        if (parsed is AnchorAlias alias)
            return Follow(alias);
        var anchor = parsed is NodeEvent { Anchor: { IsEmpty: false } name } ? name.Value : null;
        if (anchor is not null)
            _anchors[anchor] = null;
        YamlNode node = parsed switch
        {
            Scalar scalar => ComposeScalar(scalar),
            SequenceStart sequence => ComposeSequence(sequence, depth),
            MappingStart mapping => ComposeMapping(mapping, depth),
            _ => throw Unreadable(parsed, "expected a mapping, a list or a scalar"),
        };
        if (anchor is not null)
            _anchors[anchor] = node;
        return node;
    }

    private YamlNode Follow(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
            throw Unreadable(alias, $"alias *{Quotation.Of(alias.Value.Value)} has no anchor before it; expected &{Quotation.Of(alias.Value.Value)} on an earlier value");
        if (node is null)
            throw Unreadable(alias, $"alias *{Quotation.Of(alias.Value.Value)} stands within its own anchor; expected a value without cycles");
        _aliased += node.Size;
        if (_aliased > _limits.AliasedNodes)
            throw Unreadable(alias, string.Create(CultureInfo.InvariantCulture, $"aliases expand to more than {_limits.AliasedNodes} values; expected fewer aliases"));
        return node;
    }

    private YamlScalar ComposeScalar(Scalar scalar)
    {
        var type = scalar.Style == ScalarStyle.Plain ? ScalarTyping.OfPlain(scalar.Value) : ScalarType.String;
        if (!scalar.Tag.IsEmpty)
            type = Tagged(scalar, type);
        return new(Position(scalar), scalar.Value, type);
    }

    private ScalarType Tagged(Scalar scalar, ScalarType type)
    {
        var plain = ScalarTyping.OfPlain(scalar.Value);
        switch (scalar.Tag.IsNonSpecific ? "!" : scalar.Tag.Value)
        {
            case "!" or "tag:yaml.org,2002:str":
                return ScalarType.String;
            case "tag:yaml.org,2002:int" when plain == ScalarType.Integer:
            case "tag:yaml.org,2002:bool" when plain == ScalarType.Boolean:
            case "tag:yaml.org,2002:null" when plain == ScalarType.Null:
                return plain;
            case "tag:yaml.org,2002:float" when plain is ScalarType.Integer or ScalarType.Float:
                return ScalarType.Float;
            default:
                RefuseTag(scalar, scalar.Tag);
                return type;
        }
    }

    private YamlSequence ComposeSequence(SequenceStart start, int depth)
    {
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific && start.Tag.Value != "tag:yaml.org,2002:seq")
            RefuseTag(start, start.Tag);
        var items = new List<YamlNode>();
        for (var parsed = Next(); parsed is not SequenceEnd; parsed = Next())
            items.Add(ComposeNode(parsed, depth + 1));
        return new(Position(start), items);
    }

    private YamlMapping ComposeMapping(MappingStart start, int depth)
    {
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific && start.Tag.Value != "tag:yaml.org,2002:map")
            RefuseTag(start, start.Tag);
        var builder = new MappingBuilder(_report);
        for (var parsed = Next(); parsed is not MappingEnd; parsed = Next())
        {
            var isMerge = parsed is Scalar { Value: "<<", Style: ScalarStyle.Plain };
            var key = ComposeNode(parsed, depth + 1);
            var value = ComposeNode(Next(), depth + 1);
            builder.Add(key, value, isMerge);
        }

        return builder.Build(Position(start));
    }

    private ParsingEvent Next()
    {
        try
        {
            if (!_parser.MoveNext() || _parser.Current is not { } parsed)
                throw new UnreadableDocumentException(_last, "the document ends too early; expected the end of what was begun");
            _last = Position(parsed);
            return parsed;
        }
        catch (YamlException e)
        {
            throw SyntaxError.Of(e, _chunk);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException or OverflowException or NullReferenceException or InvalidCastException)
        {
            // The parser fails so on some broken input, for instance on a flow sequence that a block key interrupts.
            throw new UnreadableDocumentException(_last, "the YAML after this place is broken; expected well-formed YAML (is a bracket, brace or quote not closed?)");
        }
    }

    private void RefuseTag(ParsingEvent at, TagName tag) =>
        _report(Position(at), $"tag {Quotation.Quoted(tag.Value)} does not fit the value; expected no tag, or one of YAML's own (!!str, !!int, !!float, !!bool, !!null, !!map, !!seq)");

    private TextPosition Position(ParsingEvent parsed) =>
        new(_chunk.FirstLine + (int)parsed.Start.Line - 1, (int)parsed.Start.Column);

    private UnreadableDocumentException Unreadable(ParsingEvent parsed, string message) => new(Position(parsed), message);
}
