using EdgeAgent.GrpcTests.Support;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace EdgeAgent.GrpcTests;

/// <summary>grpc.health.v1.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Check_tells_the_state_or_not_found()
    {
        var health = new HealthServiceImpl();
        health.SetStatus("", ServingStatus.Serving);
        health.SetStatus("down", ServingStatus.NotServing);
        await using var server = await TestServer.ServeAsync(health);
        var client = new Health.HealthClient(server.Connect());

        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest()).ResponseAsync.Soon()).Status);
        Assert.Equal(ServingStatus.NotServing, (await client.CheckAsync(new HealthCheckRequest { Service = "down" }).ResponseAsync.Soon()).Status);
        var error = await Assert.ThrowsAsync<RpcException>(() => client.CheckAsync(new HealthCheckRequest { Service = "other" }).ResponseAsync.Soon());
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Watch_tells_each_change()
    {
        var health = new HealthServiceImpl();
        await using var server = await TestServer.ServeAsync(health);
        var client = new Health.HealthClient(server.Connect());

        using var watch = client.Watch(new HealthCheckRequest { Service = "s" });
        Assert.Equal(ServingStatus.ServiceUnknown, await Next(watch));
        health.SetStatus("other", ServingStatus.Serving);
        health.SetStatus("s", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await Next(watch));
        health.SetStatus("s", ServingStatus.NotServing);
        health.SetStatus("s", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await Next(watch));
        health.ClearStatus("s");
        Assert.Equal(ServingStatus.ServiceUnknown, await Next(watch));
        health.SetStatus("s", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await Next(watch));
        health.ClearAll();
        Assert.Equal(ServingStatus.ServiceUnknown, await Next(watch));
    }

    private static async Task<ServingStatus> Next(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext().Soon());
        return watch.ResponseStream.Current.Status;
    }
}
