namespace EdgeAgent.Netfilter;

/// <summary>What a commit did.</summary>
/// <param name="Generation">The kernel's generation that this commit made; the one before it if nothing had to change.</param>
/// <param name="Encode">How long writing the messages took.</param>
/// <param name="Kernel">How long the kernel took to check and apply them.</param>
public readonly record struct CommitResult(uint Generation, TimeSpan Encode, TimeSpan Kernel);
