using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A redirect or a rewrite: another authority is one more service that the callers connect to.</summary>
internal sealed record Authority(string Host)
{
    private static readonly Field<string> AuthorityField = Reading.Field.Optional("authority", Values.Text, "the service, with or without a port").Derived();

    /// <summary>The field of a route.</summary>
    public static Field<Authority> Field(string name, string note) => Reading.Field.Optional(
        name,
        new ObjectValue<Authority>(
            $"a {name} with authority",
            [AuthorityField, .. IstioKinds.RequestFields("uri", "uriRegexRewrite", "port", "derivePort", "scheme", "redirectCode")],
            static input => new(WithoutPort(input.Read(AuthorityField) ?? ""))),
        note).Derived();

    /// <summary>The edges that fields of a route add, where their authority is a host name.</summary>
    public static IEnumerable<RouteEdge> Edges(ObjectInput input, RouteCaller caller, params (Field<Authority> Field, string Label)[] fields)
    {
        foreach (var (field, label) in fields)
        {
            if (input.Read(field) is not { Host.Length: > 0 } authority)
                continue;
            if (IstioValues.IsHostName(authority.Host))
                yield return new(caller, new(authority.Host, "", "", LabelSet.Empty, null), label, input.Position);
            else
                input.Error(field, $"authority '{authority.Host}'; expected a host name, with or without a port");
        }
    }

    private static string WithoutPort(string authority)
    {
        var colon = authority.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? authority : authority[..colon];
    }
}
