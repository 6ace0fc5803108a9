using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The service instance of one call: the registered one, else an instance of its own that ends with the call.</summary>
internal readonly struct ServiceLease<[DynamicallyAccessedMembers(ServiceAccess.Members)] TService> : IAsyncDisposable
    where TService : class
{
    private static readonly Lazy<ObjectFactory<TService>> Factory = new(() => ActivatorUtilities.CreateFactory<TService>([]));

    private readonly bool owned;

    private ServiceLease(TService service, bool owned)
    {
        Service = service;
        this.owned = owned;
    }

    public TService Service { get; }

    public static ServiceLease<TService> Take(ServerCallContext context)
    {
        var services = context.GetHttpContext().RequestServices;
        return services.GetService<TService>() is { } registered
            ? new ServiceLease<TService>(registered, owned: false)
            : new ServiceLease<TService>(Factory.Value(services, null), owned: true);
    }

    public ValueTask DisposeAsync() => owned ? Disposal.DisposeAsync(Service) : ValueTask.CompletedTask;
}
