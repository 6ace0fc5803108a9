using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>Clusters that the control plane follows, as people and programs read them.</summary>
internal static class ClusterOutput
{
    public static void WriteTable(Terminal terminal, IReadOnlyList<ClusterStatus> clusters)
    {
        var table = new TextTable("CLUSTER", "STATE", "RESOURCES", "REFUSED", "PREFIX", "SERVER");
        foreach (var cluster in clusters)
            table.Add(cluster.Name, State(cluster), $"{cluster.Resources}", $"{cluster.RefusedCount}", cluster.Prefix, cluster.Server);
        table.WriteTo(terminal.Output);
        foreach (var cluster in clusters)
        {
            if (cluster.Problem.Length > 0)
                terminal.Output.WriteLine($"{cluster.Name}: {cluster.Problem}");
            foreach (var kind in cluster.Kinds.Where(kind => kind.Problem.Length > 0))
                terminal.Output.WriteLine($"{cluster.Name}: {kind.Kind}: {kind.Problem}");
            foreach (var item in cluster.Refused)
                terminal.Output.WriteLine($"{cluster.Name}: refused {KeyText.Of(item.Key)}: {item.Reason}");
        }
    }

    public static void WriteJson(Terminal terminal, IReadOnlyList<ClusterStatus> clusters) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartArray();
        foreach (var cluster in clusters)
        {
            json.WriteStartObject();
            json.WriteString("name", cluster.Name);
            json.WriteString("server", cluster.Server);
            json.WriteString("prefix", cluster.Prefix);
            json.WriteString("state", State(cluster));
            json.WriteBoolean("followedHere", cluster.FollowedHere);
            json.WriteBoolean("synced", cluster.Synced);
            json.WriteNumber("resources", cluster.Resources);
            json.WriteNumber("revision", cluster.Revision);
            json.WriteString("problem", cluster.Problem);
            json.WriteStartArray("kinds");
            foreach (var kind in cluster.Kinds)
            {
                json.WriteStartObject();
                json.WriteString("kind", kind.Kind);
                json.WriteString("state", kind.State.ToString().ToLowerInvariant());
                json.WriteNumber("objects", kind.Objects);
                json.WriteString("problem", kind.Problem);
                json.WriteString("since", Words.Instant(kind.Since.ToDateTimeOffset()));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("refusedCount", cluster.RefusedCount);
            json.WriteStartArray("refused");
            foreach (var item in cluster.Refused)
            {
                json.WriteStartObject();
                json.WriteString("object", KeyText.Of(item.Key));
                json.WriteString("reason", item.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string State(ClusterStatus cluster) =>
        !cluster.FollowedHere ? "followed elsewhere"
        : cluster.Problem.Length > 0 ? "not stored"
        : cluster.Kinds.Any(kind => kind.State == ClusterKindState.Failing) ? "failing"
        : cluster.Synced ? "following"
        : "reading";
}
