namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>What the command line says; null where it is silent.</summary>
internal sealed record CommandLineValues(string? ConfigurationFile, string? DataDirectory, string? Listen, string? Http, bool Insecure);
