namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>A service that documents can refer to.</summary>
/// <param name="Host">The whole name.</param>
/// <param name="Name">The short name that it has in its namespace; null where it has none.</param>
/// <param name="Namespace">The namespace of its document.</param>
/// <param name="Ports">The numbers of its ports.</param>
internal sealed record NamedService(string Host, string? Name, string Namespace, IReadOnlyList<int> Ports)
{
    /// <summary>A name for the service in a document of a namespace: short where that is possible, and not always then.</summary>
    public string CalledIn(string place, DocumentDice dice) => Name is not null && place == Namespace && dice.Often(4) ? Name : Host;
}
