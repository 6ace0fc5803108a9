using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;

namespace EdgeAgent.Daemon;

/// <summary><c>edgeagent run</c>: the service.</summary>
internal static class RunCommand
{
    internal static async Task<int> RunAsync(AgentOptions options, CancellationToken cancellation)
    {
        var directory = StateDirectory.Create(options.StateDirectory);
        using var alone = FileLock.TryTake(directory.AgentLock)
            ?? throw new BadInputException($"{directory.Path} is in use by another agent; expected a state directory of its own for each");
        using var host = Build(options, directory);
        AgentLog.Started(host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("EdgeAgent"), HostFactsReader.Version, $"{options.Namespace}/{options.Name}", directory.Path, options.ControlPlane);
        await host.RunAsync(cancellation).ConfigureAwait(false);
        return ExitCodes.Done;
    }

    private static IHost Build(AgentOptions options, StateDirectory directory)
    {
        // The empty builder opens no watchers on configuration files: their number is bounded for each user, and they are of no use here.
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true, ApplicationName = "edgeagent" });
        builder.Logging.AddSerilog(JournalLogging.Create(options.LogLevel), dispose: true);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(directory)
            .AddSingleton(new KernelPlace(null))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<EventQueue>()
            .AddSingleton<IDurableFiles, DurableFiles>()
            .AddSingleton<PolicyCache>()
            .AddSingleton<StateNotes>()
            .AddSingleton<Outbox>()
            .AddSingleton(services => Backends.Open(BackendKind.Nftables, services.GetRequiredService<KernelPlace>().NetworkNamespace))
            .AddSingleton<RulesetEvidence>()
            .AddSingleton(services => new FlowCutter(services.GetRequiredService<KernelPlace>().NetworkNamespace))
            .AddSingleton(services => new FlowAdopter(services.GetRequiredService<KernelPlace>().NetworkNamespace))
            .AddSingleton(services => OpenReadings(services.GetRequiredService<KernelPlace>().NetworkNamespace))
            .AddSingleton(new DeniedFlows())
            .AddSingleton(new HostFactsReader(options, BackendKind.Nftables.Name()))
            .AddSingleton(_ => ServiceSupervisor.FromEnvironment())
            .AddSingleton<KernelWorker>()
            .AddSingleton<Reporter>()
            .AddSingleton<Agent>()
            .AddHostedService(services => services.GetRequiredService<Reporter>())
            .AddHostedService(services => services.GetRequiredService<Agent>())
            .AddHostedService<DriftWatch>()
            .AddHostedService<DenialWatch>()
            .AddHostedService<ControlPlaneLink>()
            .AddHostedService<SupervisorService>()
            .Configure<HostOptions>(host =>
            {
                host.ShutdownTimeout = TimeSpan.FromSeconds(10);
                host.ServicesStartConcurrently = false;
            })
            .Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        return builder.Build();
    }

    private static KernelReadings OpenReadings(string? networkNamespace) => new(Backends.OpenReadings(BackendKind.Nftables, networkNamespace), networkNamespace);
}
