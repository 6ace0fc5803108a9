using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>
/// A part of the fleet. A share is the hosts whose place in the rollout's order is not above a limit: the place depends on the names of
/// host and rollout alone, so that every control plane says the same of each host, and hosts that come later change nothing for others.
/// </summary>
/// <param name="What">The wave as it was asked for.</param>
/// <param name="Limit">The last place that belongs to it; null for a selector.</param>
/// <param name="Hosts">How many touched hosts it and the waves before include, as counted at the beginning.</param>
internal sealed record Wave(string What, ulong? Limit, int Hosts)
{
    private const string SelectorPrefix = "selector:";

    private readonly Selector? _selector = Limit is null ? Selector.Parse(What[SelectorPrefix.Length..]) : null;

    /// <summary>Whether a host belongs to the wave by itself.</summary>
    /// <param name="place">The host's place in the order of the rollout.</param>
    /// <param name="labels">Its labels.</param>
    public bool Includes(ulong place, LabelSet labels) => _selector?.Matches(labels) ?? place <= Limit;

    /// <summary>The place of a host in the order of a rollout.</summary>
    public static ulong PlaceOf(Revision rollout, HostName host)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"rollout {rollout.Number} {host.Namespace}/{host.Name}")), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>Waves as the store keeps them: a line for each.</summary>
    public static string ToText(EquatableArray<Wave> waves) =>
        string.Join('\n', waves.Select(wave => string.Create(CultureInfo.InvariantCulture, $"{wave.Limit?.ToString("x16", CultureInfo.InvariantCulture) ?? "-"}\t{wave.Hosts}\t{wave.What}")));

    /// <summary>Reads what the store keeps.</summary>
    public static EquatableArray<Wave> FromText(string text) => text.Split('\n').Select(line =>
    {
        var parts = line.Split('\t', 3);
        return new Wave(parts[2], parts[0] == "-" ? null : ulong.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }).ToEquatableArray();

    /// <summary>The wave of a selector.</summary>
    public static Wave OfSelector(Selector selector, int hosts) => new($"{SelectorPrefix}{selector}", null, hosts);
}
