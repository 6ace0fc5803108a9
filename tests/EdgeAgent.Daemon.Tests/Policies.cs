using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Small policies for tests.</summary>
internal static class Policies
{
    internal static readonly PolicyReference Reference = new("BookendPolicy", "default", "test", "rule");

    /// <summary>Inbound closed but for TCP from these peers to this port; outbound open.</summary>
    internal static HostPolicy Inbound(long revision, int port, params string[] peers) =>
        Inbound(revision, [(IpProtocol.Tcp, port)], peers);

    /// <summary>Inbound closed but for these protocols and ports from these peers; outbound open.</summary>
    internal static HostPolicy Inbound(long revision, (IpProtocol Protocol, int Port)[] open, params string[] peers) => new()
    {
        Revision = new(revision),
        Inbound =
        [
            new Stage([new Branch(null, [new Block(
                open.Select(each => new Rule(Verdict.Allow, Reference)
                {
                    Protocol = new(each.Protocol, false),
                    Ports = [PortRange.Single((ushort)each.Port)],
                    PeerAnyOf = ["peers"],
                }).ToEquatableArray(),
                BlockEnd.Deny,
                Reference with { Rule = "" })])]),
        ],
        Sets = Sets(new AddressSet("peers", peers.Select(Cidr.Parse))),
    };

    /// <summary>As <see cref="Inbound(long, int, string[])"/>, and outbound closed altogether.</summary>
    internal static HostPolicy InboundOnly(long revision, int port, params string[] peers) => Inbound(revision, port, peers) with
    {
        Outbound = [new Stage([new Branch(null, [new Block([], BlockEnd.Deny, Reference with { Rule = "" })])])],
    };

    /// <summary>Outbound closed but for TCP to this port of the addresses that a name has; inbound open.</summary>
    internal static HostPolicy OutboundByName(long revision, int port, string name) => new()
    {
        Revision = new(revision),
        Outbound =
        [
            new Stage([new Branch(null, [new Block(
                [new Rule(Verdict.Allow, Reference) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single((ushort)port)], PeerAnyOf = ["names"] }],
                BlockEnd.Deny,
                Reference with { Rule = "" })])]),
        ],
        DomainSets = HostPolicy.Empty.DomainSets.Add("names", new("names", [name])),
    };

    /// <summary>A name with its addresses.</summary>
    internal static ResolvedNames Resolved(string name, params string[] addresses) => ResolvedNames.Of([KeyValuePair.Create(name, addresses.Select(IpAddress.Parse))]);

    internal static ImmutableSortedDictionary<string, AddressSet> Sets(params AddressSet[] sets) =>
        sets.ToImmutableSortedDictionary(set => set.Id, set => set, StringComparer.Ordinal);

    internal static PolicyVersion Version(long revision, int port = 80) => PolicyVersion.Of(Inbound(revision, port, "10.0.0.1"));

    internal static Enforcement Enforcement(long revision, int port = 80) => new(Version(revision, port), Failsafe.Defaults);
}
