using System.Globalization;

namespace EdgeAgent.Contracts;

/// <summary>The number of an accepted change of resources; 0 is the empty beginning, each change adds one.</summary>
public readonly record struct Revision(long Number) : IComparable<Revision>
{
    /// <summary>The revision before the first change.</summary>
    public static Revision Zero => default;

    /// <summary>The one after this.</summary>
    public Revision Next => new(Number + 1);

    /// <inheritdoc/>
    public int CompareTo(Revision other) => Number.CompareTo(other.Number);

    /// <inheritdoc/>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether one is older.</summary>
    public static bool operator <(Revision left, Revision right) => left.Number < right.Number;

    /// <summary>Whether one is newer.</summary>
    public static bool operator >(Revision left, Revision right) => left.Number > right.Number;

    /// <summary>Whether one is not newer.</summary>
    public static bool operator <=(Revision left, Revision right) => left.Number <= right.Number;

    /// <summary>Whether one is not older.</summary>
    public static bool operator >=(Revision left, Revision right) => left.Number >= right.Number;
}
