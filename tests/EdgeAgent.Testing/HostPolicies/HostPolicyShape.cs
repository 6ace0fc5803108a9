namespace EdgeAgent.Testing;

/// <summary>How large random host policies are, and what they may hold.</summary>
public sealed record HostPolicyShape
{
    /// <summary>Small policies with everything in them.</summary>
    public static HostPolicyShape Everything { get; } = new();

    /// <summary>The same of hosts that forward and have several interfaces.</summary>
    public static HostPolicyShape Router { get; } = new() { Forwards = true, Interfaces = 40 };

    /// <summary>The most stages in a direction.</summary>
    public int Stages { get; init; } = 3;

    /// <summary>The most branches of a stage.</summary>
    public int Branches { get; init; } = 3;

    /// <summary>The most blocks of a branch.</summary>
    public int Blocks { get; init; } = 3;

    /// <summary>The most rules of a block.</summary>
    public int Rules { get; init; } = 5;

    /// <summary>The most address sets.</summary>
    public int Sets { get; init; } = 6;

    /// <summary>The most members of a set.</summary>
    public int Members { get; init; } = 8;

    /// <summary>How many rules of a hundred have own addresses, source ports or ICMP types.</summary>
    public int SideConditions { get; init; } = 25;

    /// <summary>Whether rules may name protocol 0 and ICMP type 255, which x_tables cannot tell from any.</summary>
    public bool Wildcards { get; init; } = true;

    /// <summary>Whether there are stages of forwarded traffic.</summary>
    public bool Forwards { get; init; }

    /// <summary>How many stages of a hundred are about some interfaces only.</summary>
    public int Interfaces { get; init; }

    /// <summary>Whether rules may log.</summary>
    public bool Logs { get; init; } = true;
}
