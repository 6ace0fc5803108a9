using System.Text.Json;

namespace EdgeAgent.Lab;

/// <summary>The questions that <c>edgectl connectivity</c> is asked: every source to every port of every destination, itself as well.</summary>
public static class Probes
{
    /// <summary>All ordered pairs, as JSON lines.</summary>
    /// <param name="nodes">The sources and destinations; those that serve nothing are left out.</param>
    public static IEnumerable<string> Between(IReadOnlyCollection<LabNode> nodes) =>
        from source in nodes.Where(node => !node.Ports.IsEmpty)
        from destination in nodes
        from port in destination.Ports
        select $$"""{"from":{{Text(source.ProbeName)}},"to":{{Text(destination.ProbeName)}},"protocol":"TCP","port":{{port}}}""";

    private static string Text(string value) => $"\"{JsonEncodedText.Encode(value)}\"";
}
