namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>One case of a file of cases: manifests, and what the commands must say of them.</summary>
/// <param name="Title">What the case shows.</param>
/// <param name="Place">File and line.</param>
/// <param name="Manifests">The given ones of its file, and its own.</param>
/// <param name="Verdicts">What each flow must be.</param>
/// <param name="Warnings">Each of these texts stands in the warnings, and nothing is refused.</param>
/// <param name="Refusals">Each of these texts stands in the errors, and the exit code is 2. Empty: the manifests are accepted.</param>
/// <param name="Derived">Each of these texts stands in a line of <c>derive</c>; with <c>!</c> in front, in none.</param>
internal sealed record ConformanceCase(
    string Title,
    string Place,
    string Manifests,
    IReadOnlyList<ExpectedVerdict> Verdicts,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Refusals,
    IReadOnlyList<string> Derived)
{
    public override string ToString() => $"{Place}: {Title}";
}

/// <summary>A flow and its verdict.</summary>
/// <param name="From">Namespace/name or an address.</param>
/// <param name="To">Namespace/name or an address.</param>
/// <param name="Traffic">As <c>explain</c> takes it: TCP/80, ICMP, ICMP/8/0, 47.</param>
/// <param name="Allowed">The verdict.</param>
/// <param name="Egress">The policy and rule that decide at the source, where the case says so.</param>
/// <param name="Ingress">The policy and rule that decide at the destination, where the case says so.</param>
internal sealed record ExpectedVerdict(string From, string To, string Traffic, bool Allowed, string? Egress, string? Ingress);
