using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What a stage says of a peer.</summary>
/// <param name="Allowed">Whether the stage allows.</param>
/// <param name="Policy">The name of the deciding policy; null where no policy decides.</param>
internal readonly record struct Decision(bool Allowed, string? Policy);
