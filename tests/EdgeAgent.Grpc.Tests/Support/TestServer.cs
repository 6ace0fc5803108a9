using System.Net;
using System.Net.Security;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeAgent.GrpcTests.Support;

public enum Security
{
    Plain,
    MutualTls,
}

/// <summary>A real Kestrel on loopback.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Security security;
    private readonly List<GrpcChannel> channels = [];

    private TestServer(WebApplication app, Security security)
    {
        this.app = app;
        this.security = security;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    public IServiceProvider Services => app.Services;

    public EndpointDataSource Endpoints => app.Services.GetRequiredService<EndpointDataSource>();

    /// <summary>Serves one instance of a service.</summary>
    public static Task<TestServer> ServeAsync<TService>(TService service, Security security = Security.Plain, Action<GrpcServiceOptions>? grpc = null)
        where TService : class =>
        StartAsync(services => services.AddSingleton(service), routes => routes.MapGrpcService<TService>(), security, grpc);

    public static async Task<TestServer> StartAsync(
        Action<IServiceCollection> addServices,
        Action<WebApplication> map,
        Security security = Security.Plain,
        Action<GrpcServiceOptions>? grpc = null,
        Action<KestrelServerOptions>? kestrel = null)
    {
        // The empty builder opens no file watchers, of which a machine has few.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (security == Security.MutualTls)
                    listen.UseHttps(Https);
            });
            kestrel?.Invoke(options);
        });
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc ?? (_ => { }));
        addServices(builder.Services);
        var app = builder.Build();
        app.UseRouting();
        map(app);
        await app.StartAsync();
        return new TestServer(app, security);
    }

    public GrpcChannel Connect(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions { HttpHandler = Handler(), DisposeHttpClient = true };
        configure?.Invoke(options);
        var channel = GrpcChannel.ForAddress(Address, options);
        channels.Add(channel);
        return channel;
    }

    public SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true };
        if (security == Security.MutualTls)
        {
            handler.SslOptions.CertificateChainPolicy = TestCertificates.Trust();
            handler.SslOptions.ClientCertificates = [TestCertificates.Client];
        }

        return handler;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels)
            channel.Dispose();
        using var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(impatience.Token);
        await app.DisposeAsync();
    }

    private static void Https(HttpsConnectionAdapterOptions options)
    {
        options.ServerCertificate = TestCertificates.Server;
        options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        options.OnAuthenticate = (_, ssl) => ssl.CertificateChainPolicy = TestCertificates.Trust();
        options.ClientCertificateValidation = (_, _, errors) => errors == SslPolicyErrors.None;
    }
}
