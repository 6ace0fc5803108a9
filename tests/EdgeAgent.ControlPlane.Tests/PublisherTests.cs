using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class PublisherTests
{
    private const int Others = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Those_who_have_something_to_do_are_woken_at_once_and_everybody_soon()
    {
        var publisher = new Publisher(FleetState.Empty);
        var others = Subscribers(publisher, Others, haveToDo: false);
        using var concerned = new WakeUp();
        publisher.Subscribe(concerned, static state => state.Revision == new Revision(1));

        publisher.Publish(FleetState.Empty with { Revision = new(1) });

        Assert.True(await concerned.WaitAsync(TimeSpan.Zero, default));
        Assert.All(await Task.WhenAll(others.Select(other => other.WaitAsync(Patience, default).AsTask())), Assert.True);
        others.ForEach(static other => other.Dispose());
    }

    [Fact]
    public async Task Everybody_hears_of_the_newest_of_many_states_and_who_left_is_left_alone()
    {
        var publisher = new Publisher(FleetState.Empty);
        var heard = new long[Others];
        using var ended = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, Others).Select(number => FollowAsync(publisher, number, heard, ended.Token)).ToList();
        for (var i = 0; i < 50; i++)
        {
            var gone = new WakeUp();
            var subscription = publisher.Subscribe(gone, static _ => false);
            publisher.Publish(FleetState.Empty with { Revision = new(i + 1) });
            subscription.Dispose();
            gone.Dispose();
        }

        for (var patience = Patience; heard.Any(static revision => revision != 50); patience -= TimeSpan.FromMilliseconds(10))
        {
            Assert.True(patience > TimeSpan.Zero, $"{heard.Count(static revision => revision != 50)} never heard");
            await Task.Delay(10);
        }

        await ended.CancelAsync();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public void Under_one_change_after_another_everybody_has_a_turn()
    {
        var publisher = new Publisher(FleetState.Empty);
        var woken = Subscribers(publisher, 20 * Others, haveToDo: false);
        var tasks = woken.Select(each => each.WaitAsync(Timeout.InfiniteTimeSpan, default).AsTask()).ToList();
        var revision = 0L;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                publisher.Publish(FleetState.Empty with { Revision = new(++revision) });
                return tasks.TrueForAll(static task => task.IsCompleted);
            },
            Patience));
        woken.ForEach(static each => each.Dispose());
    }

    [Fact]
    public async Task However_many_have_something_to_do_the_others_hear_of_it_too()
    {
        var publisher = new Publisher(FleetState.Empty);
        var concerned = Subscribers(publisher, Others, haveToDo: true);
        using var other = new WakeUp();
        publisher.Subscribe(other, static _ => false);
        using var ended = new CancellationTokenSource();
        var changing = Task.Run(() =>
        {
            for (var revision = 1L; !ended.IsCancellationRequested; revision++)
                publisher.Publish(FleetState.Empty with { Revision = new(revision) });
        });

        Assert.True(await other.WaitAsync(Patience, default));
        Assert.All(await Task.WhenAll(concerned.Select(each => each.WaitAsync(Patience, default).AsTask())), Assert.True);
        await ended.CancelAsync();
        await changing;
        concerned.ForEach(static each => each.Dispose());
    }

    private static List<WakeUp> Subscribers(Publisher publisher, int count, bool haveToDo)
    {
        var signals = Enumerable.Range(0, count).Select(_ => new WakeUp()).ToList();
        signals.ForEach(signal => publisher.Subscribe(signal, _ => haveToDo));
        return signals;
    }

    private static async Task FollowAsync(Publisher publisher, int number, long[] heard, CancellationToken end)
    {
        using var signal = new WakeUp();
        using var subscription = publisher.Subscribe(signal, state => state.Revision.Number % 3 == number % 3);
        while (!end.IsCancellationRequested)
        {
            await Task.WhenAny(signal.WaitAsync(Timeout.InfiniteTimeSpan, end).AsTask());
            Volatile.Write(ref heard[number], publisher.Current.Revision.Number);
        }
    }
}
