using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A source as written.</summary>
internal sealed record SourceInput(AuthorizationSource Source, EquatableArray<string> RequestFields)
{
    private static readonly string[] RequestNames = ["requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks"];

    private static readonly Field<IReadOnlyList<Located<string>>> Principals = Patterns("principals", "trust-domain/ns/namespace/sa/account, exact or with * at one end");
    private static readonly Field<IReadOnlyList<Located<string>>> NotPrincipals = Patterns("notPrincipals", "as principals; also holds for sources without one");
    private static readonly Field<IReadOnlyList<Located<string>>> Namespaces = Patterns("namespaces", "of the source's workload");
    private static readonly Field<IReadOnlyList<Located<string>>> NotNamespaces = Patterns("notNamespaces", "also holds for sources without one");
    private static readonly Field<IReadOnlyList<Located<string>>> ServiceAccounts = Patterns("serviceAccounts", "account of the policy's namespace, or namespace/account");
    private static readonly Field<IReadOnlyList<Located<string>>> NotServiceAccounts = Patterns("notServiceAccounts", "as serviceAccounts; also holds for sources without one");
    private static readonly Field<IReadOnlyList<Located<Cidr>>> Blocks = Field.Optional("ipBlocks", new ListValue<Cidr>(NetworkValues.BlockOrAddress), "of the source's address").Derived();
    private static readonly Field<IReadOnlyList<Located<Cidr>>> NotBlocks = Field.Optional("notIpBlocks", new ListValue<Cidr>(NetworkValues.BlockOrAddress), "of the source's address").Derived();
    private static readonly Field<IReadOnlyList<Located<string>>>[] Requests = [.. RequestNames.Select(name => Patterns(name, "only a proxy can tell"))];

    private static readonly Field[] Fields = [Principals, NotPrincipals, Namespaces, NotNamespaces, ServiceAccounts, NotServiceAccounts, Blocks, NotBlocks, .. Requests];

    /// <summary>A source.</summary>
    public static ValueType<SourceInput> Type { get; } = new ObjectValue<SourceInput>(
        "a source with principals, namespaces and ipBlocks",
        Fields,
        Build);

    /// <summary>Whether nothing is left without the fields that only a proxy can tell.</summary>
    public bool IsEmpty => Source == new AuthorizationSource();

    private static Field<IReadOnlyList<Located<string>>> Patterns(string name, string note) => Field.Optional(name, new ListValue<string>(Values.Text), note).Derived();

    private static SourceInput Build(ObjectInput input)
    {
        if (!Fields.Any(field => input.HasItems(field)))
            input.Error("the source is empty, which would be everybody; expected principals, namespaces, ipBlocks or their like, or the rule without from");
        if (new Field[] { ServiceAccounts, NotServiceAccounts }.Any(field => input.HasItems(field)) && new Field[] { Principals, NotPrincipals, Namespaces, NotNamespaces }.Any(field => input.HasItems(field)))
            input.Error("serviceAccounts stand beside principals or namespaces; expected one or the other");
        return new(
            new()
            {
                Principals = [.. input.ReadList(Principals).Texts(), .. Accounts(input.ReadList(ServiceAccounts))],
                NotPrincipals = [.. input.ReadList(NotPrincipals).Texts(), .. Accounts(input.ReadList(NotServiceAccounts))],
                Namespaces = input.ReadList(Namespaces).Texts(),
                NotNamespaces = input.ReadList(NotNamespaces).Texts(),
                Blocks = input.ReadList(Blocks).Select(block => block.Value).ToEquatableArray(),
                NotBlocks = input.ReadList(NotBlocks).Select(block => block.Value).ToEquatableArray(),
            },
            Requests.Where(field => input.ReadList(field).Count > 0).Select(field => field.Name).ToEquatableArray());
    }

    private static IEnumerable<string> Accounts(IReadOnlyList<Located<string>> accounts)
    {
        foreach (var (account, node, context) in accounts)
        {
            if (account.Split('/') is [{ Length: > 0 } space, { Length: > 0 } name])
                yield return $"*/ns/{space}/sa/{name}";
            else if (account.Length > 0 && !account.Contains('/', StringComparison.Ordinal))
                yield return $"*/ns/{context.Scope.Resource?.Namespace}/sa/{account}";
            else
                context.Error(node, $"service account {Quotation.Quoted(account)}; expected account, or namespace/account");
        }
    }
}
