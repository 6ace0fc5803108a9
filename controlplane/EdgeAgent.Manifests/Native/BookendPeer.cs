using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Native;

/// <summary>One alternative of a BookendPolicy's from or to, before it is known which namespace the policy is in.</summary>
internal sealed record BookendPeer(Selector? Endpoints, Selector? Namespaces, PeerMatch? Blocks)
{
    /// <summary>Whether it is given by names.</summary>
    public bool IsByName => Blocks is { Names.IsEmpty: false };

    private static readonly Field<Selector> SelectorField = Field.Optional(
        "selector", SelectorValue.Expression, "hosts by label, in the policy's namespace unless namespaceSelector is there");

    private static readonly Field<Selector> NamespaceSelector = Field.Optional(
        "namespaceSelector", SelectorValue.Expression, "hosts of the namespaces with these labels; all() for any namespace, global() for what is in none");

    private static readonly Field<IReadOnlyList<Located<Cidr>>> Cidrs = Field.Optional(
        "cidrs", new ListValue<Cidr>(NetworkValues.BlockOrAddress, atLeast: 1), "alone in their peer; also denote the hosts whose address lies in them");

    private static readonly Field<IReadOnlyList<Located<Cidr>>> Except = Field.Optional(
        "except", new ListValue<Cidr>(NetworkValues.BlockOrAddress), "narrower blocks within cidrs that are left out");

    private static readonly Field<IReadOnlyList<Located<string>>> Domains = Field.Optional(
        "domains", new ListValue<string>(NetworkValues.Name, atLeast: 1), "alone in their peer, of an Allow; the addresses that these names have, as each host asks for them");

    /// <summary>A peer.</summary>
    public static ValueType<BookendPeer> Type { get; } = new ObjectValue<BookendPeer>(
        "a peer with selector, namespaceSelector, cidrs and except, or domains", [SelectorField, NamespaceSelector, Cidrs, Except, Domains], Build);

    /// <summary>The peer as a match.</summary>
    public PeerMatch In(string policyNamespace) => Blocks ?? PeerMatch.Of(new EndpointMatch
    {
        Namespace = Namespaces is null ? policyNamespace : null,
        NamespaceSelector = Namespaces,
        Selector = Endpoints ?? Selector.All,
    });

    private static BookendPeer? Build(ObjectInput input)
    {
        var hasSelector = input.Has(SelectorField) || input.Has(NamespaceSelector);
        var (endpoints, namespaces) = (input.Read(SelectorField), input.Read(NamespaceSelector));
        var (cidrs, except, domains) = (input.ReadList(Cidrs), input.ReadList(Except), input.ReadList(Domains));
        if (!hasSelector && !input.Has(Cidrs) && !input.Has(Domains))
            input.Error("the peer is empty; expected selector, namespaceSelector, cidrs or domains (selector: all() for every host of the namespace)");
        if (hasSelector && input.Has(Cidrs))
            input.Error(Cidrs, "cidrs stand beside a selector; expected them in a peer of their own");
        if (input.Has(Domains) && (hasSelector || input.Has(Cidrs)))
            input.Error(Domains, $"domains stand beside {(hasSelector ? "a selector" : "cidrs")}; expected them in a peer of their own");
        if (input.Has(Except) && !input.Has(Cidrs))
            input.Error(Except, "except without cidrs; expected the blocks that it narrows");
        foreach (var (block, node, context) in except)
        {
            if (cidrs.Count > 0 && !cidrs.Any(cidr => cidr.Value.Contains(block) && cidr.Value.Length < block.Length))
                context.Error(node, $"{block} lies within none of the cidrs; expected a narrower block of one of them");
        }

        if (domains.Count > 0)
            return new(null, null, PeerMatch.OfNames(domains.Select(domain => domain.Value)));
        if (hasSelector)
            return endpoints is null && namespaces is null ? null : new(endpoints, namespaces, null);
        return cidrs.Count == 0
            ? null
            : new(null, null, PeerMatch.Of(cidrs.Select(cidr => cidr.Value).ToEquatableArray(), except.Select(block => block.Value).ToEquatableArray()));
    }
}
