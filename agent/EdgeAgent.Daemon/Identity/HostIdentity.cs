namespace EdgeAgent.Daemon;

/// <summary>The name that this host goes by: its certificate's where it has one, else what its configuration says.</summary>
internal sealed class HostIdentity(AgentOptions options)
{
    private volatile HostCredentials? _credentials;

    /// <summary>The namespace; empty while it is unknown.</summary>
    internal string Namespace => _credentials?.Namespace ?? options.Namespace;

    /// <summary>The name; empty while it is unknown.</summary>
    internal string Name => _credentials?.Name ?? options.Name;

    /// <summary>The credentials; null while there are none.</summary>
    internal HostCredentials? Credentials => _credentials;

    /// <summary>Takes the name of a certificate.</summary>
    internal void Take(HostCredentials credentials) => _credentials = credentials;
}
