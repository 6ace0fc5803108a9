using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class PolicyCacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Nothing_is_kept_at_first() => Assert.Null(Cache().Load());

    [Fact]
    public void A_confirmed_policy_is_kept_with_itself_to_go_back_to()
    {
        Cache().Keep(Policies.Enforcement(3));
        Assert.Equal(new CachedPolicy(Policies.Enforcement(3), Policies.Version(3)), Cache().Load());
    }

    [Fact]
    public void An_unconfirmed_policy_is_kept_with_the_one_before_until_it_is_confirmed()
    {
        Cache().Keep(Policies.Enforcement(3, 30));
        Cache().KeepUnconfirmed(Policies.Enforcement(4, 40), Policies.Version(3, 30));
        Assert.Equal(new CachedPolicy(Policies.Enforcement(4, 40), Policies.Version(3, 30)), Cache().Load());
        Cache().Confirm(Policies.Version(4, 40));
        Assert.Equal(new CachedPolicy(Policies.Enforcement(4, 40), Policies.Version(4, 40)), Cache().Load());
    }

    [Fact]
    public void The_first_policy_has_nothing_to_go_back_to()
    {
        Cache().KeepUnconfirmed(Policies.Enforcement(1), null);
        Assert.Equal(new CachedPolicy(Policies.Enforcement(1), null), Cache().Load());
    }

    [Fact]
    public void Power_loss_at_any_step_leaves_the_old_or_the_new()
    {
        var before = new CachedPolicy(Policies.Enforcement(3, 30), Policies.Version(3, 30));
        (string Name, Action<PolicyCache> Write, CachedPolicy?[] Allowed)[] writes =
        [
            ("keep unconfirmed", cache => cache.KeepUnconfirmed(Policies.Enforcement(4, 40), Policies.Version(3, 30)),
                [before, new(Policies.Enforcement(4, 40), Policies.Version(3, 30))]),
            ("keep", cache => cache.Keep(Policies.Enforcement(4, 40)),
                [before, new(Policies.Enforcement(4, 40), Policies.Version(4, 40))]),
            ("keep unconfirmed, then confirm", cache => { cache.KeepUnconfirmed(Policies.Enforcement(4, 40), Policies.Version(3, 30)); cache.Confirm(Policies.Version(4, 40)); },
                [before, new(Policies.Enforcement(4, 40), Policies.Version(3, 30)), new(Policies.Enforcement(4, 40), Policies.Version(4, 40))]),
            ("forget", cache => cache.Forget(), [before, null]),
        ];
        foreach (var (name, write, allowed) in writes)
        {
            var finished = false;
            for (var steps = 0; !finished; steps++)
            {
                for (var seed = 1; seed <= 5; seed++)
                {
                    Cache().Keep(before.InForce);
                    finished = false;
                    try
                    {
                        write(new PolicyCache(_directory.State, new CrashingFiles(steps, new Random(seed))));
                        finished = true;
                    }
                    catch (CrashingFiles.PowerFailedException)
                    {
                    }

                    Assert.True(allowed.Contains(Cache().Load()), $"{name}, power lost after step {steps}, seed {seed}: {Cache().Load()}");
                }

                Assert.InRange(steps, 0, 30);
            }

            Assert.Equal(allowed[^1], Cache().Load());
        }
    }

    [Fact]
    public void A_damaged_copy_of_the_policy_before_is_not_gone_back_to()
    {
        Cache().KeepUnconfirmed(Policies.Enforcement(4, 40), Policies.Version(3, 30));
        File.WriteAllText(_directory.State.ConfirmedPolicy, "x");
        Assert.Equal(new CachedPolicy(Policies.Enforcement(4, 40), Policies.Version(4, 40)), Cache().Load());
    }

    [Fact]
    public void Files_are_for_the_owner_only()
    {
        Cache().Keep(Policies.Enforcement(3));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory.State.Policy));
        var made = StateDirectory.Create(Path.Combine(_directory.Path, "a", "b"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(made.Path));
    }

    [Fact]
    public void Refusals_and_the_mark_of_a_purge_outlive_the_process()
    {
        var notes = new StateNotes(_directory.State, new DurableFiles());
        var refusal = new Refusal(RefusalKind.RolledBack, new(9), Digest.Of("x"), "silence");
        Assert.Null(notes.LoadRefusal());
        notes.KeepRefusal(refusal);
        Assert.Equal(refusal, notes.LoadRefusal());
        notes.KeepRefusal(null);
        Assert.Null(notes.LoadRefusal());
        File.WriteAllText(_directory.State.Refusal, "{");
        Assert.Null(notes.LoadRefusal());

        Assert.Null(notes.PurgeMark());
        notes.MarkPurged("open", DateTimeOffset.UnixEpoch);
        Assert.Contains("end state open", notes.PurgeMark(), StringComparison.Ordinal);
        File.WriteAllText(_directory.State.PurgeMark, "");
        Assert.NotNull(notes.PurgeMark());
        notes.ClearPurgeMark();
        Assert.Null(notes.PurgeMark());
    }

    [Fact]
    public void A_lock_has_one_holder()
    {
        var path = _directory.State.AgentLock;
        using (var first = FileLock.TryTake(path))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryTake(path));
            Assert.Throws<TimeoutException>(() => FileLock.Take(path, TimeSpan.FromMilliseconds(20)));
        }

        using var second = FileLock.Take(path, TimeSpan.FromSeconds(10));
        Assert.NotNull(second);
    }

    private PolicyCache Cache() => new(_directory.State, new DurableFiles());
}
