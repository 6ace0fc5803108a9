using System.Diagnostics.CodeAnalysis;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Istio;

/// <summary>Port numbers by name.</summary>
internal sealed class PortMap : ValueType<IReadOnlyList<KeyValuePair<string, Located<int>>>>
{
    /// <inheritdoc/>
    public override string Name => "a mapping of port names to port numbers";

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, ReadContext context, [MaybeNullWhen(false)] out IReadOnlyList<KeyValuePair<string, Located<int>>> map)
    {
        map = null;
        if (node is not YamlMapping mapping)
            return Mismatch(node, context);
        var ports = new List<KeyValuePair<string, Located<int>>>(mapping.Entries.Count);
        foreach (var (key, value) in mapping.Entries)
        {
            var item = context.Field(key.Text);
            if (NetworkValues.Port.TryRead(value, item, out var port))
                ports.Add(new(key.Text, new(port, value, item)));
        }

        map = ports;
        return true;
    }
}
