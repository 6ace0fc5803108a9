using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class StatusTransitionTests
{
    private static readonly StatusTransition Applying = new(
        new("shop", "a"), DateTimeOffset.UnixEpoch, HostState.Applying, "slow", new(7), new(6), DigestOf('1'), DigestOf('2'));

    private static readonly StatusTransition Realized = Applying with { State = HostState.Realized, Target = new(7), Realized = new(7) };

    [Fact]
    public void Whatever_differs_but_the_time_is_something_new()
    {
        Assert.True((Applying with { At = Applying.At.AddDays(1) }).SaysTheSameAs(Applying));
        Assert.False(Applying.SaysTheSameAs(null));
        foreach (var transition in (StatusTransition[])[Applying, Realized])
        {
            StatusTransition[] others =
            [
                transition with { Host = new("shop", "b") },
                transition with { State = HostState.Failed },
                transition with { Reason = "late" },
                transition with { Target = new(8) },
                transition with { Realized = new(5) },
                transition with { PolicyDigest = DigestOf('3') },
                transition with { KernelDigest = DigestOf('3') },
            ];
            Assert.All(others, other => Assert.False(other.SaysTheSameAs(transition)));
        }
    }

    [Fact]
    public void A_later_revision_that_changes_nothing_and_is_held_is_nothing_new() =>
        Assert.True((Realized with { Target = new(8), Realized = new(8) }).SaysTheSameAs(Realized));

    private static Digest DigestOf(char digit) => Digest.TryParse(new string(digit, 64), out var digest) ? digest : throw new ArgumentException("no digit", nameof(digit));
}
