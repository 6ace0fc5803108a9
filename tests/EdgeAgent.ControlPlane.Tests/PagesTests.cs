using System.Net;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class PagesTests
{
    [Fact]
    public async Task Health_metrics_and_the_page_say_what_is()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("web", "10.0.0.1", ("app", "web")));
        await agent.SyncAsync(1);
        await server.AcceptAsync(Yaml.Policy("web-only", "web", "web"));
        await server.ApplyAsync("nonsense: [");
        await agent.SyncAsync(2);
        await agent.ReportAsync(Contracts.HostState.Failed, "<script>alert(1)</script>");
        using var http = new HttpClient { BaseAddress = server.HttpAddress };
        Assert.Equal("ok\n", await http.GetStringAsync("/healthz"));
        Assert.Equal("ok\n", await http.GetStringAsync("/readyz"));
        await Eventually.HoldsAsync(async () => (await http.GetStringAsync("/metrics")).Contains("edgecontrol_hosts_by_state{state=\"Failed\"} 1", StringComparison.Ordinal), "the failed host is counted");
        var metrics = await http.GetStringAsync("/metrics");
        Assert.Contains("\nedgecontrol_revision 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nedgecontrol_connected_hosts 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nedgecontrol_changes_total{result=\"accepted\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nedgecontrol_sends_total{kind=\"snapshot\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nedgecontrol_change_duration_seconds_bucket{le=\"+Inf\"} 1\n", metrics, StringComparison.Ordinal);

        var page = await http.GetAsync("/");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("default/web", html, StringComparison.Ordinal);
        Assert.Contains("NetworkPolicy default/web-only", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync("/", null)).StatusCode);
    }
}
