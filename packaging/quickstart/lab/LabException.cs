namespace EdgeAgent.Lab;

/// <summary>The lab cannot be made or used: says what is wrong, and what was expected.</summary>
public sealed class LabException(string message) : Exception(message);
