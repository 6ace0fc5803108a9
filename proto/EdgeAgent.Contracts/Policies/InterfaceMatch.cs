namespace EdgeAgent.Contracts;

/// <summary>
/// The interfaces that a stage is about: one by name, or all but some. Traffic that arrives is met by the interface that it comes in at, traffic
/// that leaves by the one that it goes out from.
/// </summary>
public sealed record InterfaceMatch
{
    /// <summary>IFNAMSIZ less NUL.</summary>
    public const int LongestName = 15;

    private InterfaceMatch(string? name, EquatableArray<string> except) => (Name, Except) = (name, except);

    /// <summary>The one interface; null for all but <see cref="Except"/>.</summary>
    public string? Name { get; }

    /// <summary>Where there is no name: the interfaces that it is not about, sorted and unique, at least one.</summary>
    public EquatableArray<string> Except { get; }

    /// <summary>One interface.</summary>
    /// <exception cref="ArgumentException">No interface can be called so.</exception>
    public static InterfaceMatch Only(string name) => new(Checked(name), []);

    /// <summary>All interfaces but some.</summary>
    /// <exception cref="ArgumentException">None is named, or no interface can be called so.</exception>
    public static InterfaceMatch AllBut(IEnumerable<string> names)
    {
        var except = names.Select(Checked).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToEquatableArray();
        return except.IsEmpty ? throw new ArgumentException("no interface is named") : new(null, except);
    }

    /// <summary>Whether it is about an interface.</summary>
    public bool Matches(string name) => Name is null ? !Except.Contains(name) : name == Name;

    /// <summary>Whether an interface can be called so: 1 to 15 letters, digits, <c>- _ .</c>, and not one of the directories.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName && text is not ("." or "..") && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary><c>eth0</c>, or <c>not eth0,eth1</c>.</summary>
    public override string ToString() => Name ?? $"not {string.Join(',', Except)}";

    private static string Checked(string name) =>
        IsName(name) ? name : throw new ArgumentException($"'{name}' is no interface's name; expected 1 to {LongestName} letters, digits, - _ .");
}
