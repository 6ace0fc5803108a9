using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Parts of documents, made up from few words, so that everything meets everything.</summary>
internal sealed class DocumentDice(Random random)
{
    public static readonly string[] Namespaces = ["a", "b", "c"];
    public static readonly string[] Keys = ["app", "tier"];
    public static readonly string[] Values = ["x", "y", "xy"];
    public static readonly string[] PortNames = ["web", "dns"];
    public static readonly int[] Ports = [1, 53, 80, 8080, 65535];

    private static readonly string[] V4 = ["0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.0.128/25", "10.0.1.77/25", "10.0.0.1/32", "10.0.1.130/32", "192.0.2.0/24"];
    private static readonly string[] V6 = ["::/0", "fd00::/64", "fd00::/121", "fd00::80/121", "fd00::1:0/112", "fd00::2/128", "2001:db8::/32"];

    /// <summary>Once in so many times.</summary>
    public bool Rarely(int times) => random.Next(times) == 0;

    public bool Often(int times) => random.Next(times) != 0;

    public int Number(int least, int most) => random.Next(least, most + 1);

    public T Pick<T>(params IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public List<T> Some<T>(IEnumerable<T> items) => [.. items.Where(_ => random.Next(2) == 0)];

    /// <summary>A list of so many made-up things.</summary>
    public JsonArray List(int least, int most, Func<JsonNode?> make) => new([.. Enumerable.Range(0, Number(least, most)).Select(_ => make())]);

    public List<JsonObject> Shuffled(IEnumerable<JsonObject> documents) => [.. documents.OrderBy(_ => random.Next())];

    public JsonObject Labels() => new(Keys.Where(_ => Often(3)).Select(key => KeyValuePair.Create(key, (JsonNode?)Pick(Values))));

    /// <summary>A block; of one family where that is said.</summary>
    public string Block(int family = 0) => Pick(family switch { 4 => V4, 6 => V6, _ => Often(3) ? V4 : V6 });

    /// <summary>A block or the address of one.</summary>
    public string Net(int family = 0) => Block(family) is var block && Rarely(4) && !block.EndsWith("/0", StringComparison.Ordinal) ? block.Split('/')[0] : block;

    /// <summary>Two ports that numbers of rules are near to, in order.</summary>
    public (int First, int Last) Range()
    {
        var (first, last) = (Pick(Ports[..4]), Pick(Ports[1..]));
        return first < last ? (first, last) : (first, first + 1);
    }

    /// <summary>A label selector of Kubernetes.</summary>
    public JsonObject LabelSelector() => Number(0, 3) switch
    {
        0 => [],
        1 => new() { ["matchLabels"] = Labels() },
        _ => new() { ["matchExpressions"] = List(1, 2, () => Expression(Pick(Keys), Values)) },
    };

    /// <summary>A label selector for namespaces, also by the name that each has as a label.</summary>
    public JsonObject NamespaceSelector() => Rarely(3)
        ? new() { ["matchExpressions"] = new JsonArray(Expression("kubernetes.io/metadata.name", Namespaces)) }
        : LabelSelector();

    private JsonObject Expression(string key, string[] values)
    {
        var kind = Pick("In", "NotIn", "Exists", "DoesNotExist");
        var expression = new JsonObject { ["key"] = key, ["operator"] = kind };
        if (kind is "In" or "NotIn")
            expression["values"] = new JsonArray([.. Some(values).DefaultIfEmpty(values[0]).Select(value => (JsonNode)value)]);
        return expression;
    }

    /// <summary>An address that no other call gives.</summary>
    public string Address(int number, int family)
    {
        var part = (random.Next(2) * 128) + number;
        return family == 4 ? $"10.0.{random.Next(2)}.{part}" : string.Create(CultureInfo.InvariantCulture, $"fd00::{(random.Next(2) == 0 ? "" : "1:")}{part:x}");
    }
}
