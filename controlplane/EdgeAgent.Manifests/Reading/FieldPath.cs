using System.Globalization;
using System.Text;

namespace EdgeAgent.Manifests.Reading;

/// <summary>The way from the root of a document to a value.</summary>
/// <param name="Parent">The way to the object or list that holds it; null at the root.</param>
/// <param name="Name">The field; null for an item of a list.</param>
/// <param name="Index">The item's index, from 0.</param>
internal sealed record FieldPath(FieldPath? Parent, string? Name, int Index)
{
    /// <summary><c>spec.ingress[0].ports[1].port</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        Parent?.Write(text);
        if (Name is null)
            text.Append(CultureInfo.InvariantCulture, $"[{Index}]");
        else if (Name.Contains('.', StringComparison.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"[{Name}]");
        else
            text.Append(text.Length > 0 ? "." : "").Append(Name);
    }
}
