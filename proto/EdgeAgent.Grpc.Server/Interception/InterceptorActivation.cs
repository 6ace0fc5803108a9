using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The interceptor of one call: the registered service of its type if there is one, else an instance of its own that ends with the call.</summary>
internal readonly struct InterceptorLease : IAsyncDisposable
{
    private readonly bool owned;

    private InterceptorLease(Interceptor interceptor, bool owned)
    {
        Interceptor = interceptor;
        this.owned = owned;
    }

    public Interceptor Interceptor { get; }

    public static InterceptorLease Take(InterceptorRegistration registration, ServerCallContext context)
    {
        var services = context.GetHttpContext().RequestServices;
        if (registration.Arguments.Count == 0 && services.GetService(registration.Type) is Interceptor shared)
            return new InterceptorLease(shared, owned: false);
        var made = ActivatorUtilities.CreateInstance(services, registration.Type, [.. registration.Arguments]);
        return new InterceptorLease((Interceptor)made, owned: true);
    }

    public ValueTask DisposeAsync() => owned ? Disposal.DisposeAsync(Interceptor) : ValueTask.CompletedTask;
}
