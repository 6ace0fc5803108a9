namespace EdgeAgent.Netfilter;

/// <summary>What of others can drop what ours lets pass, as one reading shows it.</summary>
/// <param name="Chains">Their chains, in words, in the kernel's order; those of hooks alone where there is something of ours to overrule.</param>
/// <param name="AtForward">Whether forwarded traffic comes to ours, so that drops of it elsewhere count, too.</param>
public sealed record Shadows(IReadOnlyList<string> Chains, bool AtForward);
