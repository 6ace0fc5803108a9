namespace EdgeAgent.Cli.Output;

/// <summary>Colours, where a terminal shows them (ECMA-48 SGR).</summary>
internal readonly struct Palette(bool enabled)
{
    public static Palette Of(Terminal terminal) => new(terminal.Colours);

    public string Good(string text) => Paint("32", text);

    public string Bad(string text) => Paint("31", text);

    public string Doubtful(string text) => Paint("33", text);

    public string Faint(string text) => Paint("2", text);

    public string Verdict(bool allowed, string text) => allowed ? Good(text) : Bad(text);

    private string Paint(string code, string text) => enabled && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
