using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output;

/// <summary>The verdicts between all ends: hosts each for itself where there are few, else groups of equal verdicts.</summary>
internal sealed class Matrix
{
    private const int FewEnds = 32;

    private readonly FlowTable _table;

    private Matrix(FlowTable table, IReadOnlyList<MatrixEnd> ends, IReadOnlyList<TrafficSet> atoms) => (_table, Ends, Atoms) = (table, ends, atoms);

    /// <summary>The rows, and the columns.</summary>
    public IReadOnlyList<MatrixEnd> Ends { get; }

    /// <summary>Disjoint sets of traffic, each of which a cell allows or denies as a whole.</summary>
    public IReadOnlyList<TrafficSet> Atoms { get; }

    /// <summary>Whether the matrix is small enough to be drawn.</summary>
    public bool IsSmall => Ends.Count <= FewEnds;

    public static Matrix Of(EngineState state)
    {
        var table = FlowTable.Of(state);
        var hosts = table.Groups.Sum(group => Math.Max(1, group.Hosts.Count));
        var ends = hosts <= FewEnds ? table.Groups.SelectMany(Single) : table.Alike().Select(groups => Several(groups));
        return new(table, [.. ends], table.Atoms());
    }

    /// <summary>What is allowed from one end to another; null where there is no flow that anybody enforces.</summary>
    public TrafficSet? Allowed(MatrixEnd from, MatrixEnd to, IpFamily family)
    {
        if (from.Host is { } host && host == to.Host)
            return null;
        return _table.Allowed(from.Groups[0], to.Groups[0], family)
            ?? (ReferenceEquals(from, to) && from.Groups.Count > 1 ? _table.Allowed(from.Groups[0], from.Groups[1], family) : null);
    }

    private static IEnumerable<MatrixEnd> Single(FlowGroup group)
    {
        if (group.Hosts.Count <= 1)
            return [new(group.Name, [group], group.Hosts.Count == 0 ? null : group.Hosts.Any)];
        return group.Hosts.Select(host => new MatrixEnd(host.QualifiedName, [group], host));
    }

    private static MatrixEnd Several(IReadOnlyList<FlowGroup> groups)
    {
        if (groups is [var only])
            return new(only.Name, groups, only.Hosts.Count == 1 ? only.Hosts.Any : null);
        var hosts = groups.Sum(group => group.Hosts.Count);
        return new(string.Create(CultureInfo.InvariantCulture, $"{hosts} hosts: {groups[0].Name} and alike"), groups, null);
    }
}

/// <summary>A row or a column.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Groups">The groups of equal verdicts that it stands for.</param>
/// <param name="Host">The one host that it is; null for several, or none.</param>
internal sealed record MatrixEnd(string Name, IReadOnlyList<FlowGroup> Groups, ResourceKey? Host);
