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
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("EdgeAgent");
        AgentLog.Started(log, HostFactsReader.Version, Words(host.Services.GetRequiredService<HostIdentity>()), directory.Path, string.Join(", ", options.ControlPlanes));
        var choice = host.Services.GetRequiredService<BackendChoice>();
        AgentLog.BackendChosen(log, choice.Kind.Name(), choice.Reason);
        await host.RunAsync(cancellation).ConfigureAwait(false);
        return ExitCodes.Done;
    }

    /// <summary>The service, not started.</summary>
    /// <param name="options">What the user wants.</param>
    /// <param name="directory">The agent's files.</param>
    /// <param name="networkNamespace">File of the network namespace to enforce in; null for this process's own.</param>
    /// <param name="settings">Limits of time; null for those of the options.</param>
    internal static IHost Build(AgentOptions options, StateDirectory directory, string? networkNamespace = null, CoreSettings? settings = null)
    {
        var choice = BackendChoice.Make(options.Backend, networkNamespace);

        // The empty builder opens no watchers on configuration files: their number is bounded for each user, and they are of no use here.
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true, ApplicationName = "edgeagent" });
        builder.Logging.AddSerilog(JournalLogging.Create(options.LogLevel), dispose: true);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(directory)
            .AddSingleton(settings ?? new CoreSettings { ConfirmWithin = options.ConfirmWithin })
            .AddSingleton(new KernelPlace(networkNamespace))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<EventQueue>()
            .AddSingleton<IDurableFiles, DurableFiles>()
            .AddSingleton<PolicyCache>()
            .AddSingleton<StateNotes>()
            .AddSingleton<Outbox>()
            .AddSingleton(choice)
            .AddSingleton(services => OpenBackend(services, options, choice.Kind))
            .AddSingleton<RulesetEvidence>()
            .AddSingleton(services => new FlowCutter(services.GetRequiredService<IBackend>().DropsCutFlows, services.GetRequiredService<KernelPlace>().NetworkNamespace))
            .AddSingleton(services => new FlowAdopter(services.GetRequiredService<KernelPlace>().NetworkNamespace))
            .AddSingleton(services => OpenReadings(choice.Kind, services.GetRequiredService<KernelPlace>().NetworkNamespace))
            .AddSingleton(new DeniedFlows())
            .AddSingleton<HostIdentity>()
            .AddSingleton<IdentityFile>()
            .AddSingleton<PolicyTrust>()
            .AddSingleton<KeptPolicyProof>()
            .AddSingleton(services => new HostFactsReader(options, services.GetRequiredService<HostIdentity>(), choice.Kind.Name()))
            .AddSingleton(_ => ServiceSupervisor.FromEnvironment())
            .AddSingleton<TranslatedChannel>()
            .AddSingleton(services => new Preflight(services.GetRequiredService<KernelPlace>().NetworkNamespace, services.GetRequiredService<TranslatedChannel>()))
            .AddSingleton<KernelWorker>()
            .AddSingleton<NameCache>()
            .AddSingleton(services => new AddressUse(services.GetRequiredService<KernelPlace>().NetworkNamespace))
            .AddSingleton<NameWatch>()
            .AddSingleton<Reporter>()
            .AddSingleton<Agent>()
            .AddHostedService(services => services.GetRequiredService<Reporter>())
            .AddHostedService(services => services.GetRequiredService<Agent>())
            .AddHostedService(services => services.GetRequiredService<NameWatch>())
            .AddHostedService<DriftWatch>()
            .AddHostedService<DenialWatch>()
            .AddSingleton<AddressWatch>()
            .AddHostedService(services => services.GetRequiredService<AddressWatch>())
            .AddHostedService<ControlPlaneLink>()
            .AddHostedService<SupervisorService>()
            .Configure<HostOptions>(host =>
            {
                host.ShutdownTimeout = TimeSpan.FromSeconds(10);
                host.ServicesStartConcurrently = false;
            })
            .Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        var hasTls = options.ControlPlanes[0].Scheme == Uri.UriSchemeHttps;
        if (hasTls && options.Credentials is { } files)
            builder.Services.AddSingleton<ICredentialSource>(services => new FileCredentials(files, services.GetRequiredService<HostIdentity>(), services.GetRequiredService<EventQueue>()));
        else if (hasTls)
            builder.Services.AddSingleton<ICredentialSource, EnrolledCredentials>();
        return builder.Build();
    }

    private static IBackend OpenBackend(IServiceProvider services, AgentOptions options, BackendKind kind)
    {
        var place = services.GetRequiredService<KernelPlace>().NetworkNamespace;
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("EdgeAgent");
        return Backends.Open(kind, place, TableOwnership.Of(options.Owner, services.GetRequiredService<ServiceSupervisor>(), place, log));
    }

    private static KernelReadings OpenReadings(BackendKind kind, string? networkNamespace) => new(Backends.OpenReadings(kind, networkNamespace), networkNamespace);

    private static string Words(HostIdentity identity) => identity.Name.Length > 0 ? $"{identity.Namespace}/{identity.Name}" : "not enrolled";
}
