using System.Globalization;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A redirect or a rewrite: another authority is one more service that the callers connect to, on the port that it names.</summary>
internal sealed record Authority(string Host, string PortText, ushort? RedirectPort)
{
    private static readonly Field<string> AuthorityField = Reading.Field.Optional("authority", Values.Text, "the service; with a port, that port of it").Derived();
    private static readonly Field<int> PortField = Reading.Field.Optional("port", NetworkValues.Port, "the service's port, in place of the authority's").Derived();

    /// <summary>The field of a route.</summary>
    public static Field<Authority> Field(string name, string note) => Reading.Field.Optional(
        name,
        new ObjectValue<Authority>(
            $"a {name} with authority",
            [AuthorityField, PortField, .. IstioKinds.RequestFields("uri", "uriRegexRewrite", "derivePort", "scheme", "redirectCode")],
            static input => Parts(input.Read(AuthorityField) ?? "", (ushort?)input.ReadValue(PortField))),
        note).Derived();

    /// <summary>The edges that fields of a route add, where their authority is a host name.</summary>
    public static IEnumerable<RouteEdge> Edges(ObjectInput input, RouteCaller caller, params (Field<Authority> Field, string Label)[] fields)
    {
        foreach (var (field, label) in fields)
        {
            if (input.Read(field) is not { Host.Length: > 0 } authority)
                continue;
            ushort number = 0;
            if (!IstioValues.IsHostName(authority.Host) || (authority.PortText.Length > 0 && (!ushort.TryParse(authority.PortText, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number == 0)))
                input.Error(field, $"authority '{authority}'; expected a host name, with or without a port");
            else
                yield return new(caller, new(authority.Host, "", "", LabelSet.Empty, authority.RedirectPort ?? (number == 0 ? null : number)), label, input.Position) { KeepsPort = false };
        }
    }

    /// <inheritdoc/>
    public override string ToString() => PortText.Length == 0 ? Host : $"{Host}:{PortText}";

    private static Authority Parts(string authority, ushort? port)
    {
        var colon = authority.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new(authority, "", port) : new(authority[..colon], authority[(colon + 1)..], port);
    }
}
