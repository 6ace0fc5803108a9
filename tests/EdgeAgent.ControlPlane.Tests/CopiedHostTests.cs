using Grpc.Core;
using static EdgeAgent.ControlPlane.Tests.TrustedClients;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>One identity on two machines.</summary>
public sealed class CopiedHostTests
{
    private static readonly Contracts.HostFacts Facts = TestAgent.FactsOf("a", "10.0.0.1");

    [Fact]
    public async Task While_a_host_lives_a_second_machine_with_its_identity_is_refused_and_shown()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var certificate = await EnrolAsync(server, admin, "a");
        await using var first = await TestAgent.ConnectAsync(Secure(server, certificate), Facts, instance: "first");
        await first.SyncAsync();
        using var stop = new CancellationTokenSource();
        var living = AnswerAsync(first, stop.Token);
        await using (var copy = await TestAgent.ConnectAsync(Secure(server, certificate), Facts, instance: "copy"))
        {
            var end = await copy.EndAsync();
            Assert.Equal(StatusCode.AlreadyExists, end.StatusCode);
            Assert.Contains("refused as a copy", end.Detail, StringComparison.Ordinal);
        }

        Assert.Null(first.End);
        var shown = (await admin.StatusAsync(new() { Host = "a" })).Hosts.Single();
        Assert.True(shown.Connected);
        Assert.Single(shown.RefusedClaims, claim => claim.StartsWith("another machine with this identity", StringComparison.Ordinal));

        // Once the first is silent it is taken for dead: a host whose power failed comes back as another run.
        await stop.CancelAsync();
        await living;
        await using var next = await TestAgent.ConnectAsync(Secure(server, certificate), Facts, instance: "next");
        await next.SyncAsync();
        Assert.Equal(StatusCode.Aborted, (await first.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task A_certificate_is_good_on_the_machine_that_enrolled_alone()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var certificate = await EnrolAsync(server, admin, "a");
        await using var moved = await TestAgent.ConnectAsync(Secure(server, certificate), Facts with { MachineId = "machine-of-the-copy" });
        var end = await moved.EndAsync();
        Assert.Equal(StatusCode.AlreadyExists, end.StatusCode);
        Assert.Contains("machine-of-the-copy", end.Detail, StringComparison.Ordinal);
        await using var own = await TestAgent.ConnectAsync(Secure(server, certificate), Facts);
        await own.SyncAsync();
    }

    // What a living agent does when it is asked to show itself.
    private static async Task AnswerAsync(TestAgent agent, CancellationToken stop)
    {
        var answered = 0;
        while (!stop.IsCancellationRequested)
        {
            var asked = agent.Messages.Count(message => message.Command?.ShowYourself is not null);
            for (; answered < asked; answered++)
                await agent.ReportAsync();
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
