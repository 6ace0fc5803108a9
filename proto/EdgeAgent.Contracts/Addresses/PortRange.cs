using System.Globalization;

namespace EdgeAgent.Contracts;

/// <summary>Consecutive ports, both ends included.</summary>
public readonly record struct PortRange : IComparable<PortRange>
{
    /// <summary>Makes the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The last port is below the first.</exception>
    public PortRange(ushort first, ushort last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        (First, Last) = (first, last);
    }

    /// <summary>The lowest port.</summary>
    public ushort First { get; }

    /// <summary>The highest port.</summary>
    public ushort Last { get; }

    /// <summary>All ports, 0 to 65535.</summary>
    public static PortRange All => new(0, ushort.MaxValue);

    /// <summary>One port.</summary>
    public static PortRange Single(ushort port) => new(port, port);

    /// <summary>Whether the port lies in the range.</summary>
    public bool Contains(ushort port) => First <= port && port <= Last;

    /// <summary>Whether the two share a port.</summary>
    public bool Overlaps(PortRange other) => First <= other.Last && other.First <= Last;

    /// <inheritdoc/>
    public int CompareTo(PortRange other) => First != other.First ? First.CompareTo(other.First) : Last.CompareTo(other.Last);

    /// <summary><c>80</c> or <c>8000-8080</c>.</summary>
    public override string ToString() =>
        First == Last ? First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
