using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// The stages of one endpoint at its machine. The first is its own half for its own addresses, the second the same for all others, since policies hold on an
/// interface whatever address is used there; then come the other ends' halves, which go by the flow's addresses, so that they are about its own.
/// </summary>
/// <param name="Interface">The interfaces that it is about; null for all.</param>
/// <param name="Addresses">Its addresses.</param>
/// <param name="Others">The addresses of the machine's other endpoints.</param>
internal sealed record MachineStages(InterfaceMatch? Interface, EquatableArray<Cidr> Addresses, EquatableArray<Cidr> Others)
{
    private const int OwnStages = 2;

    /// <summary>The stages of one direction, as an identity's plan has them, for the machine.</summary>
    public IEnumerable<Stage> Of(EquatableArray<Stage> stages) =>
        Own(stages[0], stages[1]).Concat(stages.Items.Skip(OwnStages).Select(AtOwnAddresses)).OfType<Stage>().Select(Bound);

    /// <summary>The stages of traffic through the machine, which know no own addresses.</summary>
    public IEnumerable<Stage> OfForwarded(EquatableArray<Stage> stages) => stages.Items.Select(Bound);

    /// <summary>Mostly rules say nothing of the own end, and one stage says it for all addresses.</summary>
    private Stage?[] Own(Stage own, Stage elsewhere) =>
        own == elsewhere ? [AddressLimits.AllBut(own, [])] : [AddressLimits.Only(own, Addresses), AddressLimits.AllBut(elsewhere, Addresses)];

    /// <summary>An address that no endpoint declares is taken for the machine's own, or for that of an endpoint without any.</summary>
    private Stage? AtOwnAddresses(Stage stage) => Interface is null || Addresses.IsEmpty ? AddressLimits.AllBut(stage, Others) : AddressLimits.Only(stage, Addresses);

    private Stage Bound(Stage stage) => stage with { Interface = Interface };
}
