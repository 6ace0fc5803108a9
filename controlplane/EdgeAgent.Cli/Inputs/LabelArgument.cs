using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Inputs;

/// <summary>Reads <c>key=value,...</c>.</summary>
internal static class LabelArgument
{
    public static LabelSet Parse(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (key, value) = pair.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
                ? (pair[..equals], pair[(equals + 1)..])
                : throw CommandFailure.BadInput($"edgectl: '{pair}' is no label; expected key=value, with commas between labels");
            if (!labels.TryAdd(key, value))
                throw CommandFailure.BadInput($"edgectl: the label '{key}' comes twice; expected each key once");
        }

        return LabelSet.Of(labels);
    }
}
