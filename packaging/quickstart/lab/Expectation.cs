using System.Text.Json;

namespace EdgeAgent.Lab;

/// <summary>What <c>edgectl connectivity</c> says of one flow.</summary>
/// <param name="From">The source's probe name.</param>
/// <param name="To">The destination's probe name.</param>
/// <param name="Port">The destination port.</param>
/// <param name="Allowed">Whether it may pass.</param>
public sealed record Expectation(string From, string To, ushort Port, bool Allowed)
{
    /// <summary>Reads the JSON lines that the command writes.</summary>
    /// <exception cref="LabException">A line is none of them.</exception>
    public static IReadOnlyList<Expectation> Read(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return [.. lines.Where(line => line.Length > 0).Select(Read)];
    }

    private static Expectation Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var answer = document.RootElement;
            return new(
                answer.GetProperty("from").GetString()!,
                answer.GetProperty("to").GetString()!,
                answer.GetProperty("port").GetUInt16(),
                answer.GetProperty("verdict").GetString() == "allow");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LabException($"'{line}' is no answer of edgectl connectivity: {e.Message}");
        }
    }
}
