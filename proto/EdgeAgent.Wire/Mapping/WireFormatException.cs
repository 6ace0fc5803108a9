namespace EdgeAgent.Wire;

/// <summary>A message of the right type whose content makes no sense: says which field, what it holds, and what was expected.</summary>
public sealed class WireFormatException(string message) : Exception(message);
