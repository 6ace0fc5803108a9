using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// The cluster's half of the flows between pods and hosts: what pods must refuse to send to hosts, and to take from them, so that each flow
/// has at the pod's end the verdict that it has at the host's. It is exact for the pods that there are; a pod that comes later is under it
/// if it has the namespace and labels of one of these.
/// </summary>
/// <param name="Policies">For pods and directions in which some host's half denies something.</param>
/// <param name="Hosts">The addresses of all hosts with agent, canonical.</param>
/// <param name="Warnings">What cannot be told apart in the cluster.</param>
public sealed record ClusterBookend(ImmutableArray<PodPolicy> Policies, ImmutableArray<Cidr> Hosts, ImmutableArray<Diagnostic> Warnings)
{
    /// <summary>The kind of pods in keys.</summary>
    public const string PodKind = "Pod";

    private static readonly Direction[] Directions = [Direction.Outbound, Direction.Inbound];

    /// <summary>The half of a state.</summary>
    public static ClusterBookend Of(EngineState state)
    {
        var grants = new PodGrants(state);
        var policies = ImmutableArray.CreateBuilder<PodPolicy>();
        var warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var place in grants.Pods.GroupBy(pod => pod.Key.Namespace))
        {
            foreach (var direction in Directions)
            {
                foreach (var selection in PodSelection.Of([.. place], pod => grants.Of(pod, direction), state.World.Vocabulary))
                {
                    if (selection.Odd is { } odd)
                        warnings.Add(new(Severity.Warning, odd.Resource.Source, odd.Key, "", $"hosts treat it otherwise than other pods of the same labels, such as {selection.Pods[0].Key}: what all of them may do is exported"));
                    if (selection.Grants.Values.All(allowed => allowed.IsAll))
                        continue;
                    policies.Add(new(place.Key, selection.Labels, direction, grants.ByAddresses(selection.Grants), Isolating(state, selection.Pods, direction)));
                }
            }
        }

        foreach (var (policy, rule) in grants.Pods.IsEmpty ? [] : ByName(state))
            warnings.Add(new(Severity.Warning, rule.Source, policy.Key, rule.Label, $"hosts alone know which addresses {string.Join(", ", rule.Peers!.Value.Items.SelectMany(peer => peer.Names.Items).Distinct())} has: the cluster lets through what it grants, for all pods"));
        foreach (var pod in grants.Uneven)
            warnings.Add(new(Severity.Warning, state.Resources[pod].Source, pod, "", "hosts treat its addresses differently, which the cluster cannot: what all of them may do is exported"));
        return new(policies.DrainToImmutable(), grants.Hosts, warnings.DrainToImmutable());
    }

    /// <summary>The rules of hosts that grant by name.</summary>
    private static IEnumerable<(PolicyResource Policy, PolicyRule Rule)> ByName(EngineState state) =>
        from node in state.World.Policies
        where node.Resource.Mode == PolicyMode.Enforce
        from direction in Directions
        let side = node.Resource.Side(direction)
        where side is not null && state.World.Classes.Values.Any(hosts => hosts.Slots.Any(slot => side.Subjects.Items.Any(slot.IsSubject)))
        from rule in side.Rules
        where rule.GrantsByName
        select (node.Resource, rule);

    /// <summary>The cluster's own policies that isolate some of the pods in a direction, sorted.</summary>
    private static ImmutableArray<ResourceKey> Isolating(EngineState state, ImmutableArray<Endpoint> pods, Direction direction)
    {
        var slots = pods.Select(pod => new Slot(pod.Resource.Addresses[0].Family, [pod.Resource.Addresses[0].Network], [pod])).ToList();
        return
        [
            .. state.World.Policies
                .Select(node => node.Resource)
                .Where(policy => policy.Mode == PolicyMode.Enforce && policy.Key.Kind is "NetworkPolicy" or "NetworkPolicy.projectcalico.org" or "GlobalNetworkPolicy")
                .Where(policy => policy.Side(direction) is { Isolates: true } side && slots.Exists(slot => side.Subjects.Items.Any(slot.IsSubject)))
                .Select(policy => policy.Key)
                .Order(),
        ];
    }
}

/// <summary>What some pods may do with hosts in one direction; with all else they may do anything.</summary>
/// <param name="Namespace">Their namespace.</param>
/// <param name="Labels">The labels by which they are selected: a value, or null for one that they lack; none selects all pods of the namespace.</param>
/// <param name="Direction">Outbound: from the pods to hosts.</param>
/// <param name="Grants">For all hosts, in parts of one family: the traffic that is allowed.</param>
/// <param name="IsolatedBy">The cluster's own policies that close some of the pods in the direction for what they do not grant.</param>
public sealed record PodPolicy(
    string Namespace,
    ImmutableArray<KeyValuePair<string, string?>> Labels,
    Direction Direction,
    ImmutableArray<HostGrant> Grants,
    ImmutableArray<ResourceKey> IsolatedBy)
{
    /// <summary>A name that is the policy's own in its namespace, and stays while its selection does.</summary>
    public string Name
    {
        get
        {
            var word = Direction == Direction.Outbound ? "egress" : "ingress";
            var labels = string.Join(',', Labels.Select(label => label.Value is null ? $"!{label.Key}" : $"{label.Key}={label.Value}"));
            return labels.Length == 0 ? word : $"{word}-{Digest.Of(labels).Hex[..10]}";
        }
    }
}

/// <summary>What is allowed with some hosts.</summary>
/// <param name="Hosts">Their addresses, canonical, of one family.</param>
/// <param name="Allowed">The traffic; none for nothing.</param>
public sealed record HostGrant(ImmutableArray<Cidr> Hosts, TrafficSet Allowed);
