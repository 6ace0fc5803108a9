using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>Our table as the kernel held it at one moment.</summary>
/// <param name="Generation">The kernel's generation at that moment; any later change in this network namespace has a higher one.</param>
/// <param name="Ruleset">The content in the words of the model; null if there is no such table.</param>
/// <param name="Foreign">
/// What only others can have put there, since the model has no words for it, each in a few words: an unknown expression, a set of
/// another kind, the dormant flag. It is not part of <paramref name="Ruleset"/>, and a difference alone does not remove it: replace the table.
/// </param>
/// <param name="OwnerPort">The port of the socket that alone may change the table; 0 if anyone may.</param>
/// <param name="Persistent">Whether the table outlives its owner; one that did belongs to nobody, and can be made one's own again.</param>
public sealed record KernelTable(uint Generation, Ruleset? Ruleset, EquatableArray<string> Foreign, uint OwnerPort, bool Persistent);
