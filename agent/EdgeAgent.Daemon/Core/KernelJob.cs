namespace EdgeAgent.Daemon;

/// <summary>Work on the kernel. One is done at a time.</summary>
public abstract record KernelJob;

/// <summary>Make the kernel hold a policy, cut what it denies, and keep it on disk.</summary>
/// <param name="Target">What the kernel is to hold.</param>
/// <param name="Unconfirmed">Whether the control plane must be heard after it, so that what to go back to is kept on disk beside it.</param>
/// <param name="Confirmed">What to go back to; null for a host that had no policy.</param>
/// <param name="Forced">Whether it comes into force whomever it cuts off: an operator insists, or it was in force before.</param>
/// <param name="NamesOnly">Whether nothing but the addresses of names is other than what is held, so that there is nothing to keep on disk.</param>
public sealed record ApplyJob(Enforcement Target, bool Unconfirmed, PolicyVersion? Confirmed, bool Forced, bool NamesOnly = false) : KernelJob;

/// <summary>Take our table away: the first policy of a host is undone.</summary>
public sealed record RemoveJob : KernelJob;

/// <summary>Compare the kernel with what it must hold, and repair it.</summary>
/// <param name="Expected">What it must hold.</param>
/// <param name="Culprit">Who changed something, if a notification said so.</param>
/// <param name="NoticedAt">When the change was noticed.</param>
public sealed record CheckJob(Enforcement Expected, Culprit? Culprit, TimeSpan NoticedAt) : KernelJob;
