using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>What an enrolment token gives to a host.</summary>
/// <param name="Namespace">The namespace of the host.</param>
/// <param name="Name">The only name that it may take; empty for any that nobody has.</param>
/// <param name="Labels">Its labels, by key.</param>
/// <param name="Cidrs">Blocks of which addresses that it reports count.</param>
internal sealed record EnrolmentGrant(string Namespace, string Name, EquatableArray<KeyValuePair<string, string>> Labels, EquatableArray<Cidr> Cidrs)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Namespace}/{(Name.Length > 0 ? Name : "*")}{(LabelText.Length > 0 ? $", labels {LabelText}" : "")}{(CidrText.Length > 0 ? $", addresses in {CidrText}" : "")}";

    /// <summary>The labels as the store keeps them: neither keys nor values hold a comma, and keys no equals sign.</summary>
    public string LabelText => string.Join(',', Labels.Select(label => $"{label.Key}={label.Value}"));

    /// <summary>The blocks as the store keeps them.</summary>
    public string CidrText => string.Join(',', Cidrs);

    /// <summary>Reads what the store keeps.</summary>
    public static EnrolmentGrant Read(string ns, string name, string labels, string cidrs) => new(
        ns,
        name,
        labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Label).ToEquatableArray(),
        cidrs.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Cidr.Parse).ToEquatableArray());

    private static KeyValuePair<string, string> Label(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return new(text[..equals], text[(equals + 1)..]);
    }
}
