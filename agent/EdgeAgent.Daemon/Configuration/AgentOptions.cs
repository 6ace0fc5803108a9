using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>How the agent of one host runs: what the command line and the configuration file say, checked.</summary>
public sealed record AgentOptions
{
    /// <summary>The control planes, <c>https://host:port</c>, or <c>http://host:port</c> for plaintext; each is as good as the others.</summary>
    public required EquatableArray<Uri> ControlPlanes { get; init; }

    /// <summary>The host's name; empty takes that of its token or certificate.</summary>
    public required string Name { get; init; }

    /// <summary>The host's namespace; empty takes that of its token or certificate.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>A file with the token to enrol with; null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The token to enrol with; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Credentials that the operator issues; null enrols.</summary>
    public CredentialFiles? Credentials { get; init; }

    /// <summary>Labels that the host brings itself, in the order of their keys; over TLS only those that it was granted count.</summary>
    public EquatableArray<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>Ports that it declares by name.</summary>
    public EquatableArray<NamedPort> Ports { get; init; }

    /// <summary>Its addresses; empty takes those of its interfaces.</summary>
    public EquatableArray<IpAddress> Addresses { get; init; }

    /// <summary>The directory of the agent's files.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Whether plaintext to the control plane is meant.</summary>
    public bool Insecure { get; init; }

    /// <summary>How long the control plane may stay silent after a new policy before it is undone; null never undoes.</summary>
    public TimeSpan? ConfirmWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What stays open whatever policy says; the control plane is added to it.</summary>
    public EquatableArray<Failsafe> Failsafes { get; init; } = Failsafe.Defaults;

    /// <summary><c>auto</c>, <c>nftables</c> or <c>iptables</c>.</summary>
    public string Backend { get; init; } = "auto";

    /// <summary>Whether our table belongs to the agent's socket, so that nobody else can change it: <c>on</c>, <c>off</c>, or <c>auto</c>, where a supervisor keeps the socket.</summary>
    public string Owner { get; init; } = "auto";

    /// <summary>What a host holds that has no policy yet: <c>open</c> leaves the kernel as it is, <c>closed-except-failsafe</c> does not.</summary>
    public string FirstBoot { get; init; } = Daemon.FirstBoot.Open;

    /// <summary>The file that says which name servers to ask (resolv.conf(5)).</summary>
    public string ResolverFile { get; init; } = "/etc/resolv.conf";

    /// <summary>The file with addresses of names that goes before them (hosts(5)).</summary>
    public string HostsFile { get; init; } = "/etc/hosts";

    /// <summary>How long an address is granted after the last answer that had it ceased to hold.</summary>
    public TimeSpan NameGrace { get; init; } = new NameSettings().Grace;

    /// <summary>The least that is logged: <c>debug</c>, <c>info</c>, <c>warning</c> or <c>error</c>.</summary>
    public string LogLevel { get; init; } = "info";
}

/// <summary>Files in PEM that the operator issues and renews.</summary>
/// <param name="Certificate">The host's certificate, with what stands between it and its authority.</param>
/// <param name="Key">Its key.</param>
/// <param name="Authorities">The authorities of the control plane's certificate.</param>
public sealed record CredentialFiles(string Certificate, string Key, string Authorities);

/// <summary>What the user gave makes no sense: says where, what is wrong, and what was expected.</summary>
public sealed class BadInputException(string message) : Exception(message);
