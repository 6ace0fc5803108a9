using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>One route of a VirtualService: its matches, and all that it leads to.</summary>
internal sealed record VirtualRoute(IReadOnlyList<VirtualMatch> Matches, EquatableArray<RouteTarget> Targets, DelegateName? Delegate, SourcePosition Source)
{
    private static readonly Field<string> Host = Field.Required("host", IstioValues.HostPattern, "the service that is called").Derived();
    private static readonly Field<string> Subset = Field.Optional("subset", Values.Text, "a part of it that a DestinationRule defines").Derived();
    private static readonly Field<int> Number = Field.Required("number", NetworkValues.Port, "the service's port; its target port is what is opened").Derived();
    private static readonly Field<PortNumber> Port = Field.Optional("port", new ObjectValue<PortNumber>("a port with number", [Number], static input => input.TryRead(Number, out var number) ? new((ushort)number) : null), "absent is all of the service's ports").Derived();

    private static readonly ValueType<DestinationInput> DestinationType = new ObjectValue<DestinationInput>(
        "a destination with host, subset and port",
        [Host, Subset, Port],
        static input => input.Read(Host) is { } host ? new(new(host, "", input.Read(Subset) ?? "", LabelSet.Empty, input.Read(Port)?.Number), input.Position) : null);

    private static readonly Field<DestinationInput> Destination = Field.Required("destination", DestinationType, "what is called").Derived();
    private static readonly Field<int> Weight = Field.Checked("weight", Values.Integer(0, int.MaxValue), "a share of requests; a destination of weight 0 is called as well");

    private static readonly Field<IReadOnlyList<Located<DestinationInput>>> Routes = Field.Optional(
        "route",
        new ListValue<DestinationInput>(new ObjectValue<DestinationInput>("a route with destination and weight", [Destination, Weight, .. IstioKinds.RequestFields("headers")], static input => { IstioKinds.ReadWeight(input, Weight); return input.Read(Destination); })),
        "what is called").Derived();

    private static readonly Field<DestinationInput> Mirror = Field.Optional("mirror", DestinationType, "is called as well").Derived();

    private static readonly Field<IReadOnlyList<Located<DestinationInput>>> Mirrors = Field.Optional(
        "mirrors", new ListValue<DestinationInput>(new ObjectValue<DestinationInput>("a mirror with destination", [Destination, .. IstioKinds.RequestFields("percentage")], static input => input.Read(Destination))), "are called as well").Derived();

    private static readonly Field<string> DelegateNameField = Field.Required("name", Values.Text, "the VirtualService").Derived();
    private static readonly Field<string> DelegateNamespace = Field.Optional("namespace", Values.Text, "absent is the own").Derived();

    private static readonly Field<DelegateName> DelegateField = Field.Optional(
        "delegate",
        new ObjectValue<DelegateName>("a delegate with name and namespace", [DelegateNameField, DelegateNamespace], static input => input.Read(DelegateNameField) is { } name ? new(input.Read(DelegateNamespace) ?? "", name) : null),
        "the VirtualService whose routes follow").Derived();

    private static readonly Field<IReadOnlyList<Located<VirtualMatch>>> HttpMatch = Field.Optional("match", new ListValue<VirtualMatch>(VirtualMatch.Http), "of it, who calls counts").Derived();
    private static readonly Field<IReadOnlyList<Located<VirtualMatch>>> StreamMatch = Field.Optional("match", new ListValue<VirtualMatch>(VirtualMatch.Stream), "of it, who calls counts").Derived();
    private static readonly Field<Authority> Redirect = Authority.Field("redirect", "where the client then connects");
    private static readonly Field<Authority> Rewrite = Authority.Field("rewrite", "where the client then connects");

    /// <summary>A route of HTTP requests.</summary>
    public static ValueType<VirtualRoute> Http { get; } = new ObjectValue<VirtualRoute>(
        "an http route",
        [
            HttpMatch, Routes, Mirror, Mirrors, Redirect, Rewrite, DelegateField,
            .. IstioKinds.RequestFields("name", "directResponse", "timeout", "retries", "fault", "mirrorPercent", "mirror_percent", "mirrorPercentage", "corsPolicy", "headers"),
        ],
        static input => Build(input, HttpMatch, [.. Mirrored(input)], input.Read(DelegateField)));

    /// <summary>A route of TLS or TCP connections.</summary>
    public static ValueType<VirtualRoute> Stream { get; } = new ObjectValue<VirtualRoute>(
        "a route", [StreamMatch, Routes], static input => Build(input, StreamMatch, [], null));

    private sealed record PortNumber(ushort Number);

    private sealed record DestinationInput(RouteDestination Destination, SourcePosition Source);

    private static VirtualRoute Build(ObjectInput input, Field<IReadOnlyList<Located<VirtualMatch>>> match, IEnumerable<RouteTarget> further, DelegateName? handed)
    {
        var matches = input.ReadList(match).Select(item => item.Value).ToList();
        var routes = input.ReadList(Routes).Select((route, index) => new RouteTarget(route.Value.Destination, $"route[{index}]", route.Value.Source));
        return new(matches, [.. routes, .. further], handed, input.Position);
    }

    private static IEnumerable<RouteTarget> Mirrored(ObjectInput input)
    {
        if (input.Read(Mirror) is { } mirror)
            yield return new(mirror.Destination, "mirror", mirror.Source);
        foreach (var (item, index) in input.ReadList(Mirrors).Select((item, index) => (item.Value, index)))
            yield return new(item.Destination, $"mirrors[{index}]", item.Source);
        foreach (var edge in Authority.Edges(input, RouteCaller.NotStated, (Redirect, "redirect"), (Rewrite, "rewrite")))
            yield return new(edge.Destination, edge.Label, edge.Source) { KeepsPort = false };
    }
}

/// <summary>Something that a route leads to.</summary>
internal sealed record RouteTarget(RouteDestination Destination, string Label, SourcePosition Source)
{
    /// <summary>Whether the port that clients address is the one that they are led to.</summary>
    public bool KeepsPort { get; init; } = true;
}

/// <summary>A VirtualService that a route hands over to.</summary>
internal sealed record DelegateName(string Namespace, string Name);
