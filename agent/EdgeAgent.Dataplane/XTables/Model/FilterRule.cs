using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>One rule: all of header and matches must hold, then the target is done. Each rule counts what it matches.</summary>
/// <param name="Header">What is looked at in the packet's header.</param>
/// <param name="Matches">Further conditions, in order.</param>
/// <param name="Target">What is done.</param>
/// <param name="Comment">At most 255 bytes; null for none. <c>counter default/web.in</c> says what the rule counts.</param>
public sealed record FilterRule(FilterHeader Header, EquatableArray<FilterMatch> Matches, FilterTarget Target, string? Comment = null)
{
    private const string CounterWord = "counter ";

    /// <summary>The name of the counter that this rule adds to; null for none.</summary>
    public string? Counter => Comment?.StartsWith(CounterWord, StringComparison.Ordinal) == true ? Comment[CounterWord.Length..] : null;

    /// <summary>The comment of a rule that adds to a counter.</summary>
    public static string CounterComment(string counter) => CounterWord + counter;
}

/// <summary>Conditions on the network header (struct ipt_ip, struct ip6t_ip6).</summary>
public sealed record FilterHeader
{
    /// <summary>No condition.</summary>
    public static FilterHeader Any { get; } = new();

    /// <summary>The transport protocol; null for any.</summary>
    public IpProtocol? Protocol { get; init; }

    /// <summary>The source address; null for any.</summary>
    public Cidr? Source { get; init; }

    /// <summary>The destination address; null for any.</summary>
    public Cidr? Destination { get; init; }

    /// <summary>The input interface.</summary>
    public InterfaceName InputInterface { get; init; } = InterfaceName.Any;

    /// <summary>The output interface.</summary>
    public InterfaceName OutputInterface { get; init; } = InterfaceName.Any;
}

/// <summary>A condition on an interface.</summary>
/// <param name="Name">Its whole name; empty for any.</param>
/// <param name="Negated">Any but it.</param>
public readonly record struct InterfaceName(string Name, bool Negated = false)
{
    /// <summary>No condition.</summary>
    public static InterfaceName Any { get; } = new("");

    /// <summary>Whether there is no condition.</summary>
    public bool IsAny => Name.Length == 0;

    /// <summary>Whether an interface fulfils it.</summary>
    public bool Matches(string name) => IsAny || (name == Name) != Negated;
}
