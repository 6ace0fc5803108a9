using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>The text and the digest stand for the table: equal for equal ones, different for different ones.</summary>
public sealed class RulesetTextTests
{
    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 10)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Text_and_digest_differ_exactly_where_a_plan_has_something_to_do(int batch)
    {
        for (var seed = batch * 20; seed < (batch + 1) * 20; seed++)
        {
            var ruleset = RulesetCompiler.Compile(RandomHostPolicy.Of(seed), CompileOptions.Default);
            var other = Damage.Of(ruleset, new Random(seed));
            var equal = RulesetDiffer.Plan(other, ruleset).IsEmpty;
            Assert.True(equal == (RulesetText.Of(ruleset) == RulesetText.Of(other)), $"seed {seed}");
            var enforced = WithoutStamp(other);
            Assert.True(RulesetDiffer.Plan(enforced, WithoutStamp(ruleset)).IsEmpty == (RulesetDigest.Of(ruleset) == RulesetDigest.Of(other)), $"seed {seed}");
        }
    }

    [Fact]
    public void A_change_in_any_step_shows()
    {
        var first = new Register(0);
        Expression[][] rules =
        [
            [new LoadMeta(MetaKey.Family, first), new Compare(first, CompareOperator.Equal, [2])],
            [new LoadMeta(MetaKey.Family, first), new Compare(first, CompareOperator.NotEqual, [2])],
            [new LoadMeta(MetaKey.Family, first), new Compare(first, CompareOperator.Equal, [3])],
            [new LoadMeta(MetaKey.Family, new(4)), new Compare(new(4), CompareOperator.Equal, [2])],
            [new LoadMeta(MetaKey.Family, new(4)), new Compare(first, CompareOperator.Equal, [2])],
            [new LoadPayload(PayloadBase.Network, 12, 4, first), new Compare(first, CompareOperator.Equal, [10, 0, 0, 0])],
            [new LoadPayload(PayloadBase.Network, 16, 4, first), new Compare(first, CompareOperator.Equal, [10, 0, 0, 0])],
            [new LoadPayload(PayloadBase.Network, 12, 4, first), new Bitwise(first, first, [255, 0, 0, 0], [0, 0, 0, 0]), new Compare(first, CompareOperator.Equal, [10, 0, 0, 0])],
            [new LoadPayload(PayloadBase.Network, 12, 4, first), new Bitwise(first, first, [255, 0, 0, 0], [0, 0, 0, 1]), new Compare(first, CompareOperator.Equal, [10, 0, 0, 0])],
            [new LoadPayload(PayloadBase.Network, 12, 4, first), new Bitwise(first, first, [255, 0, 0, 0], [0, 0, 0, 0]), new Compare(first, CompareOperator.Equal, [10, 1, 0, 0])],
            [new LoadPayload(PayloadBase.Network, 12, 4, first), new Bitwise(first, new(1), [255, 0, 0, 0], [0, 0, 0, 0]), new CountByMap("m", new(1))],
            [new LoadPayload(PayloadBase.Network, 12, 4, first), new Bitwise(first, first, [255, 0, 0, 0], [0, 0, 0, 0]), new CountByMap("m", first)],
            [new LoadPayload(PayloadBase.Network, 12, 4, first), new CountByMap("m", first)],
            [new LoadMeta(MetaKey.TransportProtocol, first), new LoadPayload(PayloadBase.Transport, 2, 2, new(1)), new LookupVerdict("m", first)],
            [new LoadMeta(MetaKey.TransportProtocol, first), new LoadPayload(PayloadBase.Transport, 2, 2, new(1)), new LookupVerdict("m", new(1))],
            [new LoadMeta(MetaKey.TransportProtocol, first), new LoadPayload(PayloadBase.Transport, 2, 2, new(2)), new LookupVerdict("m", first)],
            [.. Match.State(ConntrackStates.Established)],
            [.. Match.State(ConntrackStates.Established | ConntrackStates.Related)],
            [.. Match.DestinationPort(new(80, 81))],
            [.. Match.DestinationPort(new(80, 65535))],
            [.. Match.DestinationPort(new(0, 81))],
            [.. Match.SourcePort(new(80, 81))],
            [new Limit(5, 5)],
            [new Limit(5, 6)],
            [new LogToGroup(1, "a", 64, 1)],
            [new LogToGroup(1, "a", 64, 2)],
            [new LookupSet("m", first, false)],
            [new LookupSet("m", first, true)],
            [new Decide(ChainVerdict.Accept)],
            [new Decide(ChainVerdict.Goto("c"))],
            [new Decide(ChainVerdict.Jump("c"))],
            [new Reject(RejectKind.TcpReset)],
            [new Reject(RejectKind.AdministrativelyProhibited)],
            [],
        ];
        var texts = rules.Select(steps => RuleText.Of(new([.. steps]))).ToList();
        Assert.Equal(texts.Count, texts.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_text_reads_like_nft()
    {
        var policy = new HostPolicy
        {
            Revision = new(7),
            Inbound =
            [
                new Stage([new Branch(null, [new Block(
                    [
                        new(Verdict.Allow, new("NetworkPolicy", "default", "web", "ingress[0]")) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single(80), new(8000, 8080)], PeerAnyOf = ["clients"] },
                        new(Verdict.Allow, new("NetworkPolicy", "default", "ping", "ingress[0]")) { Protocol = new(IpProtocol.Icmp, false), Icmp = new(8, null, false) },
                    ],
                    BlockEnd.Deny,
                    new("NetworkPolicy", "default", "web", ""))])]),
            ],
            Sets = HostPolicy.Empty.Sets.Add("clients", new("clients", [Cidr.Parse("10.0.0.5"), Cidr.Parse("10.1.0.0/16"), Cidr.Parse("fd00::5")])),
        };
        var text = RulesetText.Of(RulesetCompiler.Compile(policy, CompileOptions.Default));
        foreach (var line in ReadableLines)
            Assert.Contains(line, text, StringComparison.Ordinal);
    }

    private static readonly string[] ReadableLines =
    [
        "\tmap in-tcp-80.4 {\n\t\ttype ipv4_addr : counter\n\t\tsize 256\n\t\telements = {\n\t\t\t10.0.0.5 : \"default/web.in\",\n",
        "\t\t\t10.1.0.0-10.1.255.255 : \"default/web.in\",\n",
        "\t\t\tfd00::5 : \"default/web.in\",\n",
        "\t\t\ttcp . 80 : goto in-tcp-80,\n",
        "\t\ttype filter hook input priority -5; policy accept;\n\t\tct state invalid,established,related jump in-known\n\t\tiif \"lo\" accept\n\t\tmeta l4proto . th dport vmap @in-ports\n\t\tmeta l4proto vmap @in-protocols\n\t\tgoto in-rest\n",
        "\tchain in-known {\n\t\tct mark & 0x40000000 != 0 jump cut\n\t\tct state established accept\n",
        "\t\t\ttcp . 22 : goto in-tcp-22-failsafe,\n",
        "\t\tmeta nfproto ipv4 ip saddr counter name map @in-tcp-80.4 accept\n",
        "\t\tmeta l4proto tcp th dport 8000-8080 goto in-tcp-80\n",
        "\t\ticmp type 8 goto in-icmp.8\n",
        "\t\tcounter name \"default/web_denied.in\" goto in-deny.default/web\n",
        "\t\tlimit rate 20/second burst 50 packets log prefix \"in deny default/web\" group 4242 snaplen 96 queue-threshold 32\n",
        "\t\tcounter name \"denied.in\" drop\n",
        $"comment \"revision 7 policy ",
    ];

    private static Ruleset WithoutStamp(Ruleset ruleset) => ruleset with { Chains = ruleset.Chains.Remove(Ruleset.StampChain) };
}
