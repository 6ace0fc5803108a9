namespace EdgeAgent.Dataplane;

/// <summary>A host policy that this host's kernel cannot enforce. The message says which part and why; the policy before it stays in force.</summary>
public sealed class UncompilablePolicyException(string reason) : Exception(reason);
