using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Wire.Tests;

/// <summary>Random values of what goes over the wire beside host policies.</summary>
internal sealed class RandomMessages(Random random)
{
    public HostPolicy Policy() => RandomHostPolicy.WithNames(random.Next()) with { Mode = Pick(Enum.GetValues<EnforcementMode>()) };

    public HostFacts Facts() => new()
    {
        Namespace = Text(1),
        Name = Text(1),
        Labels = Many(() => KeyValuePair.Create(Text(1), Text(0))).DistinctBy(label => label.Key).OrderBy(label => label.Key, StringComparer.Ordinal).ToEquatableArray(),
        Addresses = Many(Address).ToEquatableArray(),
        Ports = Many(() => new NamedPort(Text(1), Protocol(), Port())).ToEquatableArray(),
        MachineId = Text(0),
        AgentVersion = Text(0),
        Kernel = Text(0),
        Backend = Text(0),
    };

    public HostStatus Status() => new()
    {
        Namespace = Text(1),
        Name = Text(1),
        At = Time(),
        MachineId = Text(0),
        AgentVersion = Text(0),
        Kernel = Text(0),
        Backend = Text(0),
        State = Pick(Enum.GetValues<HostState>()),
        Reason = Text(0),
        Target = new(random.NextInt64()),
        Realized = new(random.NextInt64()),
        PolicyDigest = random.Next(3) == 0 ? default : Digest.Of(Text(0)),
        KernelDigest = random.Next(3) == 0 ? default : Digest.Of(Text(0)),
        Rules = random.Next(),
        Sets = random.Next(),
        Elements = random.Next(),
        ApplyTime = new(Span(), Span(), Span()),
        Drift = Many(() => new DriftEvent(Time(), random.Next(), Text(0), Text(0), Span())).ToEquatableArray(),
        Repairs = random.NextInt64(),
        Counters = Many(() => new PolicyCounter(Text(1), (ulong)random.NextInt64(), (ulong)random.NextInt64())).ToEquatableArray(),
        Denied = Many(() => new DeniedFlow(Pick([Direction.Inbound, Direction.Outbound]), Address(), Address(), Protocol(), Port(), Text(0), random.NextInt64(), Time())).ToEquatableArray(),
        AlwaysOpen = Many(() => Text(0)).ToEquatableArray(),
        ShadowedBy = Many(() => Text(0)).ToEquatableArray(),
        Names = Many(() => new NameStatus(Text(0), Many(Address).ToEquatableArray(), Many(Address).ToEquatableArray(), random.Next(2) == 0 ? null : Time(), Span(), Text(0), Text(0))).ToEquatableArray(),
        ConntrackCount = random.NextInt64(),
        ConntrackMax = random.NextInt64(),
        CpuTime = Span(),
        MemoryBytes = random.NextInt64(),
    };

    public Failsafe Failsafe() => new(Text(0), Pick([Direction.Inbound, Direction.Outbound]), Protocol(), Range())
    {
        SourcePorts = random.Next(2) == 0 ? null : Range(),
        Peers = Many(Block).ToEquatableArray(),
    };

    public List<Cidr> Blocks(int most) => Enumerable.Range(0, random.Next(most + 1)).Select(_ => Block()).ToList();

    private List<T> Many<T>(Func<T> make) => Enumerable.Range(0, random.Next(4)).Select(_ => make()).ToList();

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private string Text(int least) => string.Concat(Enumerable.Range(0, random.Next(least, 6)).Select(_ => Pick(["a", "Z", "0", "-", "ä", "\u4e16", "\0", "\"", "\U0001F600"])));

    private DateTimeOffset Time() => new(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero);

    private TimeSpan Span() => new(random.NextInt64(TimeSpan.TicksPerDay * 1000) * (random.Next(5) == 0 ? -1 : 1));

    private ushort Port() => Pick<ushort>([0, 1, 80, 65535]);

    private IpProtocol Protocol() => new((byte)random.Next(256));

    private PortRange Range()
    {
        var (a, b) = (Port(), Port());
        return new(Math.Min(a, b), Math.Max(a, b));
    }

    private IpAddress Address()
    {
        var bytes = new byte[random.Next(2) == 0 ? 4 : 16];
        random.NextBytes(bytes);
        return IpAddress.FromBytes(bytes);
    }

    private Cidr Block()
    {
        var address = Address();
        return new(address, random.Next(3) == 0 ? address.Width : random.Next(address.Width + 1));
    }
}
