using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>All that derivation looks up, at one revision. A change costs what it is about.</summary>
internal sealed class MeshFacts
{
    private const int FewAnswers = 4096;

    // What was asked of principals so far. It grows while policies are derived from these facts, by the one thread that makes them.
    private readonly Dictionary<(PrincipalQuestion Question, EquatableArray<string> Patterns), object> _answers = [];

    private MeshFacts(MeshDeclarations declarations, MeshRegistry registry, MeshIdentities identities)
    {
        (Declarations, Registry, Identities) = (declarations, registry, identities);
        Targets = new(identities.Ports);
    }

    public static MeshFacts None { get; } = new(MeshDeclarations.None, MeshRegistry.Empty, MeshIdentities.None);

    /// <summary>What is looked up by name, but for services.</summary>
    public MeshDeclarations Declarations { get; }

    /// <summary>The services.</summary>
    public MeshRegistry Registry { get; }

    /// <summary>Who the endpoints are.</summary>
    public MeshIdentities Identities { get; }

    /// <summary>What connections to services look like.</summary>
    public ServiceTargets Targets { get; }

    /// <summary>The facts after some changes, and the parts of them that may be others.</summary>
    public (MeshFacts After, MeshParts Changed) After(IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        var (declarations, changed) = (Declarations, MeshParts.None);
        foreach (var (key, (old, now)) in changes)
        {
            (declarations, var part) = declarations.With(key, old, now);
            changed |= part;
        }

        var registry = Registry.After(changes);
        if (!registry.SaysTheSameAs(Registry, changes))
            changed |= MeshParts.Services;
        var (identities, parts, touched) = IdentityChange.Apply(Identities, changes);
        changed |= parts;
        var after = new MeshFacts(declarations, registry, identities);
        if ((changed & MeshParts.Installation) == MeshParts.None && _answers.Count < FewAnswers)
            after.TakeOver(_answers, touched);
        return (after, (changed & MeshParts.Installation) == MeshParts.None ? changed : changed | MeshParts.Principals | MeshParts.Accounts);
    }

    /// <summary>Addresses in namespaces of which one matches.</summary>
    public Blocks InNamespaces(EquatableArray<string> patterns) => Answer(PrincipalQuestion.Namespaces, patterns, Addresses);

    /// <summary>Addresses of principals of which one matches.</summary>
    public Blocks OfPrincipals(EquatableArray<string> patterns) => Answer(PrincipalQuestion.Principals, patterns, Addresses);

    /// <summary>Namespace and service account of each principal that matches.</summary>
    public EquatableArray<(string Namespace, string Account)> Accounts(EquatableArray<string> patterns) =>
        Identities.Addresses.Keys.Where(key => Matches(PrincipalQuestion.Principals, patterns, key)).ToEquatableArray();

    /// <summary>
    /// The hosts that are meant where workloads are selected: those with the labels, and those at whose address a mesh workload has them.
    /// </summary>
    public EquatableArray<PeerMatch> Selected(EndpointMatch match)
    {
        var byEntry = Identities.AtHosts.Values.Where(entry => (match.Namespace is null || match.Namespace == entry.Namespace)
                && (match.NamespaceSelector is null || match.NamespaceSelector.MatchesNamespace(MeshNamespaces.LabelsOf(entry.Namespace))) && match.Selector.Matches(entry.Labels))
            .SelectMany(entry => entry.Addresses).Distinct().ToEquatableArray();
        return byEntry.IsEmpty ? [PeerMatch.Of(match)] : [PeerMatch.Of(match), PeerMatch.Of(byEntry)];
    }

    /// <summary>A subset's labels, as different clients know it. Of several rules for one name in one namespace, the first that has it counts.</summary>
    public EquatableArray<SubsetLabels> Subset(MeshService service, string name)
    {
        var about = Declarations.Subsets.Values.Where(rule => rule.Host.StartsWith('*')
            ? HostPattern.Matches(rule.Host, service.Host) : Registry.Find(rule.Host, rule.Key.Namespace)?.Host == service.Host).ToList();
        return about.Count == 0 ? [] : new SubsetLookup(service, name, about, Declarations.Installation.RootNamespace).All();
    }

    /// <summary>A gateway by <c>namespace/name</c>, by a name of a namespace, or by a full name as a service has one.</summary>
    public GatewayResource? Gateway(string name, string ownNamespace)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
            return Find(name[..slash] is "." ? ownNamespace : name[..slash], name[(slash + 1)..]);
        return Find(ownNamespace, name) ?? (name.Split('.') is [var first, var space, ..] ? Find(space, first) : null);
        GatewayResource? Find(string space, string gateway) => Declarations.Gateways.GetValueOrDefault(new(GatewayResource.Kind, space, gateway));
    }

    private void TakeOver(Dictionary<(PrincipalQuestion Question, EquatableArray<string> Patterns), object> answers, IReadOnlySet<(string Namespace, string Account)> touched)
    {
        foreach (var (asked, answer) in answers)
        {
            if (!touched.Any(key => Matches(asked.Question, asked.Patterns, key)))
                _answers[asked] = answer;
        }
    }

    private Blocks Answer(PrincipalQuestion question, EquatableArray<string> patterns, Func<PrincipalQuestion, EquatableArray<string>, Blocks> find)
    {
        if (!_answers.TryGetValue((question, patterns), out var answer))
            _answers[(question, patterns)] = answer = find(question, patterns);
        return (Blocks)answer;
    }

    private Blocks Addresses(PrincipalQuestion question, EquatableArray<string> patterns) =>
        new(CidrSet.Canonical(Identities.Addresses.Where(pair => Matches(question, patterns, pair.Key)).SelectMany(pair => pair.Value.Keys)));

    private bool Matches(PrincipalQuestion question, EquatableArray<string> patterns, (string Namespace, string Account) key)
    {
        if (question == PrincipalQuestion.Principals && key.Account.Length == 0)
            return false;
        var text = question == PrincipalQuestion.Namespaces ? key.Namespace : $"{Declarations.Installation.TrustDomain}/ns/{key.Namespace}/sa/{key.Account}";
        foreach (var pattern in patterns)
        {
            if (HostPattern.MatchesText(pattern, text))
                return true;
        }

        return false;
    }

    private enum PrincipalQuestion : byte
    {
        Namespaces,
        Principals,
    }
}

/// <summary>Some blocks of addresses, as one answer for all who ask.</summary>
internal sealed record Blocks(EquatableArray<Cidr> Items);
