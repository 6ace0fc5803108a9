using EdgeAgent.ControlPlane.Clusters;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.ControlPlane.Services;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.ControlPlane.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>One control plane: its store, its services and its endpoints, from start to stop.</summary>
public sealed partial class ControlPlaneServer : IAsyncDisposable
{
    // Longer than streams need to end, shorter than an operator's patience.
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(3);

    private readonly WebApplication _application;
    private readonly Store _store;
    private readonly ServerCertificates? _certificates;

    private ControlPlaneServer(WebApplication application, Store store, ServerCertificates? certificates) =>
        (_application, _store, _certificates) = (application, store, certificates);

    /// <summary>Where gRPC is served, with the port in use.</summary>
    public Uri GrpcAddress => Address(0);

    /// <summary>Where pages are served, with the port in use; null for nowhere.</summary>
    public Uri? HttpAddress { get; private init; }

    /// <summary>Starts a control plane; done when it serves.</summary>
    /// <exception cref="ConfigurationException">A certificate is missing or not what it should be.</exception>
    /// <exception cref="StoreException">The store is foreign, damaged, unreadable or in use.</exception>
    /// <exception cref="IOException">An address to listen on is in use.</exception>
    public static async Task<ControlPlaneServer> StartAsync(ServerConfiguration configuration, Action<ILoggingBuilder> logging, TimeProvider? time = null, CancellationToken cancel = default)
    {
        Store? store = null;
        ServerCertificates? certificates = null;
        try
        {
            store = Store.Open(configuration.DataDirectory, configuration.StoreLimit, configuration.RulesetBudget, configuration.Postgres);
            certificates = configuration.Insecure ? null : ServerCertificates.Load(configuration, store.Authorities, TimeProvider.System);
            var application = Build(configuration, store, certificates, logging, time ?? TimeProvider.System);
            await application.StartAsync(cancel);
            var server = new ControlPlaneServer(application, store, certificates);
            await WriteAdministratorAsync(server, configuration);
            return configuration.Http is null ? server : new(application, store, certificates) { HttpAddress = server.Address(1) };
        }
        catch
        {
            certificates?.Dispose();
            store?.Dispose();
            throw;
        }
    }

    /// <summary>Ends when the process is asked to stop, and everything has stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancel = default) => _application.WaitForShutdownAsync(cancel);

    /// <summary>Stops serving: streams end, what was acknowledged is stored.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _certificates?.Dispose();
        _store.Dispose();
    }

    private static WebApplication Build(ServerConfiguration configuration, Store store, ServerCertificates? certificates, Action<ILoggingBuilder> logging, TimeProvider time)
    {
        // The empty builder reads no environment, no files, and watches none.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "edgecontrol" });
        logging(builder.Logging);
        // It would make a scope of logging and an activity for each call, and keep them for as long as a host's stream is open.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(Endpoints.Configure);
        builder.WebHost.ConfigureKestrel(kestrel => Endpoints.Configure(kestrel, configuration, certificates));
        AddServices(builder.Services, configuration, store, time);
        if (certificates is not null)
            builder.Services.AddSingleton(certificates);
        if (certificates?.Authorities is { } authorities)
        {
            builder.Services.AddHostedService(provider => new AuthorityFollower(
                authorities, provider.GetRequiredService<HostConnections>(), store.Database is PostgresServer, time, provider.GetRequiredService<ILogger<AuthorityFollower>>()));
        }

        var application = builder.Build();
        if (certificates is not null && !OpenSslBuffers.ReleaseWhenIdle())
            LogBuffersStay(application.Services.GetRequiredService<ILogger<ControlPlaneServer>>());
        var pages = application.Services.GetRequiredService<Pages>();
        application.Use(async (context, next) =>
        {
            var isPlain = Endpoints.IsPlainHttp(context);
            if (await pages.TryServeAsync(context, isPlain))
                return;
            if (isPlain)
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            else
                await next(context);
        });
        application.MapGrpcService<AgentEndpoint>();
        application.MapGrpcService<AdminEndpoint>();
        application.MapGrpcService<RolloutEndpoint>();
        return application;
    }

    private static void AddServices(IServiceCollection services, ServerConfiguration configuration, Store store, TimeProvider time)
    {
        services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = ShutdownPatience;
            options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
        });
        services.AddGrpc(options => options.MaxReceiveMessageSize = ResourceChanges.MostBytes + (64 * 1024));
        services.AddSingleton(time);
        services.AddSingleton(configuration);
        services.AddSingleton(store.Revisions).AddSingleton(store.Transitions).AddSingleton(store.Observations).AddSingleton(store.Rulesets).AddSingleton(store.Tokens);
        services.AddSingleton(store.Epochs).AddSingleton<PolicySigner>().AddSingleton(store.Enrolments).AddSingleton(store.People).AddSingleton(store.Drafts).AddSingleton(store.Rollouts);
        services.AddSingleton(provider => new AuditIntegrity(store, provider.GetRequiredService<ILogger<AuditIntegrity>>()));
        services.AddSingleton(new Publisher(RolloutRestore.Restore(store.Database)));
        services.AddSingleton(provider => new StatusBoard(store.Transitions.Newest(), time, provider.GetRequiredService<TransitionRecorder>().Add, store.Database is PostgresServer));
        services.AddSingleton<Telemetry>().AddSingleton<HostConnections>().AddSingleton<ServerStopping>().AddSingleton<Callers>();
        services.AddSingleton<CallRates>().AddSingleton<IssuingAuthority>().AddSingleton<EnrolmentTokens>().AddSingleton(store.Authorities).AddSingleton<AuthorityOrders>().AddSingleton<People>().AddSingleton<Enrolment>().AddSingleton<Liveness>().AddSingleton(SystemdNotifier.FromEnvironment());
        services.AddSingleton<RevisionWriter>().AddHostedService(provider => provider.GetRequiredService<RevisionWriter>());
        services.AddSingleton(provider => new HostObservations(store.Observations, provider.GetRequiredService<ObservationRecorder>().Add));
        services.AddSingleton<RulesetIntake>().AddSingleton<ReportIntake>();
        services.AddSingleton<ObservationRecorder>().AddHostedService(provider => provider.GetRequiredService<ObservationRecorder>());
        if (store.Database is PostgresServer postgres)
        {
            services.AddSingleton(new StatusTable(postgres)).AddHostedService<SharedStatus>();
            services.AddHostedService(provider => new RevisionFollower(postgres, provider.GetRequiredService<RevisionWriter>(), provider.GetRequiredService<ILogger<RevisionFollower>>()));
        }

        services.AddSingleton<IClusterClaims>(store.Database is PostgresServer shared ? new SharedClaims(shared) : new OnlyControlPlane());
        services.AddSingleton<ClusterFollowers>().AddHostedService(provider => provider.GetRequiredService<ClusterFollowers>());
        services.AddSingleton<TransitionRecorder>().AddHostedService(provider => provider.GetRequiredService<TransitionRecorder>());
        services.AddSingleton(store.History).AddHostedService<HistoryKeeper>();
        services.AddHostedService<HeapWatch>().AddHostedService<StalenessWatch>().AddHostedService<SystemdService>();
        services.AddSingleton<ResourceChanges>().AddSingleton<HostOrders>().AddSingleton<ResourceQueries>().AddSingleton<StatusQueries>().AddSingleton<ExplainQueries>().AddSingleton<ClusterQueries>();
        services.AddSingleton(provider => new AuditQueries(store, provider.GetRequiredService<AuditIntegrity>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DraftChanges>().AddSingleton<ReleasedHosts>().AddSingleton<RolloutOrders>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<RolloutDriver>(provider, store.Database is PostgresServer));
        services.AddSingleton<AgentEndpoint>().AddSingleton<AdminEndpoint>().AddSingleton<RolloutEndpoint>();
        services.AddSingleton<StatusPage>().AddSingleton<MetricsPage>().AddSingleton<Pages>();
    }

    private static async Task WriteAdministratorAsync(ControlPlaneServer server, ServerConfiguration configuration)
    {
        if (server._certificates?.Authorities is not { } authorities)
            return;
        try
        {
            var port = server.GrpcAddress.Port;
            var logger = server._application.Services.GetRequiredService<ILogger<ControlPlaneServer>>();
            authorities.Changed += set => RewriteAdministrator(configuration, set, port, logger);
            FirstAdministrator.Write(configuration, authorities.Current, port, TimeProvider.System.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await server.DisposeAsync();
            throw new ConfigurationException($"{Path.Combine(configuration.DataDirectory, FirstAdministrator.File)}: {e.Message} (expected to write the first administrator's context there)");
        }
    }

    private static void RewriteAdministrator(ServerConfiguration configuration, AuthoritySet authorities, int port, ILogger logger)
    {
        try
        {
            FirstAdministrator.Write(configuration, authorities, port, TimeProvider.System.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNoAdministrator(logger, Path.Combine(configuration.DataDirectory, FirstAdministrator.File), e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{File} is of authorities that are not the newest any more, and cannot be written anew: {Problem}")]
    private static partial void LogNoAdministrator(ILogger logger, string file, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OpenSSL cannot be asked to release the buffers of idle connections: each host takes 34 KiB more memory")]
    private static partial void LogBuffersStay(ILogger logger);

    private Uri Address(int index) =>
        new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(index));
}
