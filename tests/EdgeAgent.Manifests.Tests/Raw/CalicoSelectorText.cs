namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Selectors of Calico as somebody might write them: any spacing, both quotation marks, words of the grammar as keys of labels.</summary>
internal sealed class CalicoSelectorText(DocumentDice dice)
{
    private static readonly string[] EndpointKeys = [.. DocumentDice.Keys, .. DocumentDice.Keys, "in", "projectcalico.org/namespace"];
    private static readonly string[] PlaceKeys = [.. DocumentDice.Keys, "projectcalico.org/name", "kubernetes.io/metadata.name"];

    /// <summary>A selector of endpoints.</summary>
    public string Endpoints(int depth = 2) => Text(depth, EndpointKeys);

    /// <summary>A selector of namespaces.</summary>
    public string Places() => dice.Rarely(5) ? dice.Pick("all()", "! all()") : Text(1, PlaceKeys);

    /// <summary>A selector of namespaces, or of what is in none: global() stands alone, and in rules only.</summary>
    public string PlacesOrNone() => dice.Rarely(6) ? "global()" : Places();

    private string Text(int depth, string[] keys) => dice.Number(0, depth > 0 ? 13 : 9) switch
    {
        0 => "all()",
        1 => $"has({Gap()}{dice.Pick(keys)}{Gap()})",
        2 or 3 or 4 => Test(keys, (key, value) => $"{key}{Gap()}=={Gap()}{Quoted(value)}"),
        5 => Test(keys, (key, value) => $"{key}{Gap()}!={Gap()}{Quoted(value)}"),
        6 => Test(keys, (key, value) => $"{key} in{Gap()}{Set(key)}"),
        7 => Test(keys, (key, value) => $"{key} not in {Set(key)}"),
        8 => Test(keys, (key, value) => $"{key} {dice.Pick("starts with", "ends with", "contains")} {Quoted(dice.Pick(value[..1], value[^1..]))}"),
        9 => $"!{Gap()}has({dice.Pick(keys)})",
        10 => $"!{Gap()}({Text(depth - 1, keys)})",
        11 => $"({Gap()}{Text(depth - 1, keys)}{Gap()})",
        12 => $"{Text(depth - 1, keys)}{Gap()}&&{Gap()}{Text(depth - 1, keys)}",
        _ => $"{Text(depth - 1, keys)}{Gap()}||{Gap()}{Text(depth - 1, keys)}",
    };

    private string Test(string[] keys, Func<string, string, string> text) => dice.Pick(keys) is var key ? text(key, dice.Pick(ValuesOf(key))) : "";

    private string Set(string key) => $"{{{Gap()}{string.Join($"{Gap()},{Gap()}", dice.Some(ValuesOf(key)).Select(Quoted))}{Gap()}}}";

    private static string[] ValuesOf(string key) => key.Contains('/', StringComparison.Ordinal) ? DocumentDice.Namespaces : DocumentDice.Values;

    private string Quoted(string value) => dice.Rarely(3) ? $"\"{value}\"" : $"'{value}'";

    private string Gap() => dice.Pick("", " ", " ", "  ", "\t");
}
