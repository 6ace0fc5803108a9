using EdgeAgent.ControlPlane.Hosting;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using Microsoft.AspNetCore.Http;

namespace EdgeAgent.ControlPlane.Web;

/// <summary>
/// What is served to browsers and probes. The plain HTTP endpoint serves all of it and no gRPC; the TLS endpoint serves it to
/// people who may see everything, and health to everyone.
/// </summary>
internal sealed class Pages(StatusPage status, MetricsPage metrics, Liveness liveness, Callers callers)
{
    private const string Html = "text/html; charset=utf-8";
    private const string Plain = "text/plain; charset=utf-8";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Answers a request if it is for a page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isPlain">Whether it came over the plain HTTP endpoint.</param>
    /// <returns>False if there is no such page.</returns>
    public async Task<bool> TryServeAsync(HttpContext context, bool isPlain)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            return false;
        switch (context.Request.Path.Value)
        {
            case "/healthz":
                await WriteAsync(context, StatusCodes.Status200OK, Plain, "ok\n");
                return true;
            case "/readyz":
                var problem = await liveness.ProblemAsync(Patience);
                await WriteAsync(context, problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, Plain, $"{problem ?? "ok"}\n");
                return true;
            case "/" when MaySee(context, isPlain):
                await WriteAsync(context, StatusCodes.Status200OK, Html, status.Render());
                return true;
            case "/metrics" when MaySee(context, isPlain):
                await WriteAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, metrics.Render());
                return true;
            case "/" or "/metrics":
                await WriteAsync(context, StatusCodes.Status403Forbidden, Plain, "expected the client certificate or bearer token of somebody with the role viewer in all namespaces\n");
                return true;
            default:
                return false;
        }
    }

    private static async Task WriteAsync(HttpContext context, int code, string type, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.WriteAsync(body);
    }

    private bool MaySee(HttpContext context, bool isPlain) => isPlain || callers.Of(context).MayEverywhere(Role.Viewer);
}
