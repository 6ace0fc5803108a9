using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>What the command line of <c>run</c> says, as text; null or empty where it is silent.</summary>
internal sealed record RunArguments
{
    internal string? Config { get; init; }

    internal string? ControlPlane { get; init; }

    internal string? Name { get; init; }

    internal string? Namespace { get; init; }

    internal string? TokenFile { get; init; }

    internal string? Token { get; init; }

    internal IReadOnlyList<string> Labels { get; init; } = [];

    internal IReadOnlyList<string> Ports { get; init; } = [];

    internal IReadOnlyList<string> Addresses { get; init; } = [];

    internal string? StateDirectory { get; init; }

    internal bool Insecure { get; init; }

    internal bool NoConfirm { get; init; }

    internal double? ConfirmSeconds { get; init; }

    internal string? Backend { get; init; }

    internal string? Owner { get; init; }

    internal string? FirstBoot { get; init; }

    internal string? ResolverFile { get; init; }

    internal string? HostsFile { get; init; }

    internal double? NameGraceSeconds { get; init; }

    internal string? LogLevel { get; init; }
}

/// <summary>Makes options of the command line and the configuration file.</summary>
internal static class OptionReader
{
    private static readonly string[] Backends = ["auto", "nftables", "iptables"];
    private static readonly string[] Owners = ["auto", "on", "off"];
    private static readonly string[] FirstBoots = [FirstBoot.Open, FirstBoot.ClosedExceptFailsafe];
    private static readonly string[] LogLevels = ["debug", "info", "warning", "error"];

    /// <summary>The options; the command line wins over the file, labels and ports are joined.</summary>
    /// <exception cref="BadInputException">Something is missing or makes no sense.</exception>
    internal static AgentOptions Read(RunArguments arguments)
    {
        var file = arguments.Config is { } path ? ConfigDocument.Read(path) : new();
        try
        {
            return Read(arguments, file);
        }
        catch (BadInputException e) when (arguments.Config is { } config)
        {
            throw new BadInputException($"{config}: {e.Message}");
        }
    }

    private static AgentOptions Read(RunArguments arguments, ConfigDocument file)
    {
        var insecure = arguments.Insecure || file.Insecure == true;
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in (file.Labels ?? []).Select(label => OptionText.Label(label.Key, label.Value)).Concat(arguments.Labels.Select(OptionText.Label)))
            labels[label.Key] = label.Value;
        var ports = new SortedDictionary<string, NamedPort>(StringComparer.Ordinal);
        foreach (var port in (file.Ports ?? []).Select(port => OptionText.NamedPort(port.Key, port.Value)).Concat(arguments.Ports.Select(OptionText.NamedPort)))
            ports[port.Name] = port;
        var controlPlanes = OptionText.ControlPlanes(arguments.ControlPlane ?? file.ControlPlane ?? throw Missing("--control-plane"), insecure);
        var hasCertificate = controlPlanes[0].Scheme == Uri.UriSchemeHttps;
        var (tokenFile, token) = (arguments.TokenFile ?? (arguments.Token is null ? file.TokenFile : null), arguments.Token ?? (arguments.TokenFile is null ? file.Token : null));
        if (tokenFile is not null && token is not null)
            throw new BadInputException("both a token and a file of one; expected --token-file FILE or --token TOKEN");
        return new()
        {
            ControlPlanes = controlPlanes,
            Name = (arguments.Name ?? file.Name) is { } name ? OptionText.Name(name) : hasCertificate ? "" : throw Missing("--name"),
            Namespace = (arguments.Namespace ?? file.Namespace) is { } space ? OptionText.Namespace(space) : hasCertificate ? "" : "default",
            TokenFile = tokenFile,
            Token = token,
            Credentials = file.Credentials is { } own ? new(own.Certificate, own.Key, own.Authorities) : null,
            Labels = labels.ToEquatableArray(),
            Ports = ports.Values.ToEquatableArray(),
            Addresses = (arguments.Addresses.Count > 0 ? arguments.Addresses : file.Addresses ?? []).Select(OptionText.Address).Distinct().Order().ToEquatableArray(),
            StateDirectory = arguments.StateDirectory ?? file.StateDir ?? throw Missing("--state-dir"),
            Insecure = insecure,
            ConfirmWithin = arguments.NoConfirm || file.Confirm == false ? null : ConfirmWithin(arguments.ConfirmSeconds ?? file.ConfirmSeconds ?? 30),
            Failsafes = file.Failsafes is { } failsafes ? failsafes.Select(OptionText.Failsafe).ToEquatableArray() : Failsafe.Defaults,
            Backend = OneOf("backend", arguments.Backend ?? file.Backend ?? "auto", Backends),
            Owner = OneOf("owner", arguments.Owner ?? file.Owner ?? "auto", Owners),
            FirstBoot = OneOf("first boot", arguments.FirstBoot ?? file.FirstBoot ?? FirstBoot.Open, FirstBoots),
            ResolverFile = arguments.ResolverFile ?? file.ResolverFile ?? "/etc/resolv.conf",
            HostsFile = arguments.HostsFile ?? file.HostsFile ?? "/etc/hosts",
            NameGrace = NameGrace(arguments.NameGraceSeconds ?? file.NameGraceSeconds ?? 300),
            LogLevel = OneOf("log level", arguments.LogLevel ?? file.LogLevel ?? "info", LogLevels),
        };
    }

    private static TimeSpan ConfirmWithin(double seconds) =>
        seconds is >= 0.1 and <= 3600 ? TimeSpan.FromSeconds(seconds) : throw new BadInputException($"confirm seconds {seconds}; expected 0.1 to 3600");

    private static TimeSpan NameGrace(double seconds) =>
        seconds is >= 0 and <= 86_400 ? TimeSpan.FromSeconds(seconds) : throw new BadInputException($"name grace seconds {seconds}; expected 0 to 86400");

    private static string OneOf(string what, string text, string[] choices) =>
        choices.Contains(text) ? text : throw new BadInputException($"{what} '{text}'; expected {string.Join(", ", choices[..^1])} or {choices[^1]}");

    private static BadInputException Missing(string option) => new($"{option} is missing; expected it on the command line or in the file of --config");
}
