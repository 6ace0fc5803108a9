using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>An operation as written.</summary>
internal sealed record OperationInput(AuthorizationOperation Operation, EquatableArray<string> RequestFields)
{
    private static readonly string[] RequestNames = ["hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"];

    private static readonly Field<IReadOnlyList<Located<string>>> Ports = Texts("ports", "of the workload");
    private static readonly Field<IReadOnlyList<Located<string>>> NotPorts = Texts("notPorts", "of the workload");
    private static readonly Field<IReadOnlyList<Located<string>>>[] Requests = [.. RequestNames.Select(name => Texts(name, "only a proxy can tell"))];

    private static readonly Field[] Fields = [Ports, NotPorts, .. Requests];

    /// <summary>An operation.</summary>
    public static ValueType<OperationInput> Type { get; } = new ObjectValue<OperationInput>(
        "an operation with ports and notPorts",
        Fields,
        Build);

    /// <summary>Whether nothing is left without the fields that only a proxy can tell.</summary>
    public bool IsEmpty => Operation.Ports.IsEmpty && Operation.NotPorts.IsEmpty;

    /// <summary>Ports that Istio writes as strings; what is no port is reported.</summary>
    public static EquatableArray<ushort> ReadPorts(IReadOnlyList<Located<string>> texts)
    {
        var ports = new List<ushort>(texts.Count);
        foreach (var (text, node, context) in texts)
        {
            if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
                ports.Add(port);
            else
                context.Error(node, $"port '{text}'; expected a port from 1 to 65535 in quotes");
        }

        return ports.ToEquatableArray();
    }

    private static OperationInput Build(ObjectInput input)
    {
        if (!Fields.Any(field => input.HasItems(field)))
            input.Error("the operation is empty, which would be all of them; expected ports or their like, or the rule without to");
        return new(
            new(ReadPorts(input.ReadList(Ports)), ReadPorts(input.ReadList(NotPorts))),
            Requests.Where(field => input.ReadList(field).Count > 0).Select(field => field.Name).ToEquatableArray());
    }

    private static Field<IReadOnlyList<Located<string>>> Texts(string name, string note) => Field.Optional(name, new ListValue<string>(Values.Text), note).Derived();
}
