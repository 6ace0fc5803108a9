namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>A configuration that cannot be used: says where, what is wrong, and what was expected.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
