using System.Reflection;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Finds the generated method that lists the methods of a service.</summary>
internal static class BindMethodFinder
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Tells the binder every method of the service. Throws <see cref="InvalidOperationException"/> if the type does not derive from generated code.</summary>
    public static void Bind(Type serviceType, ServiceBinderBase binder)
    {
        // The attribute stands on the generated base class, however many classes derive from it.
        for (var type = serviceType; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute)
                continue;
            var bind = Find(attribute, type)
                ?? throw new InvalidOperationException($"{attribute.BindType} has no method {attribute.BindMethodName}({nameof(ServiceBinderBase)}, {type.Name}).");
            bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [binder, null], null);
            return;
        }

        throw new InvalidOperationException($"{serviceType} is no gRPC service: it derives from no class with {nameof(BindServiceMethodAttribute)}.");
    }

    private static MethodInfo? Find(BindServiceMethodAttribute attribute, Type serviceBase) =>
        attribute.BindType.GetMethod(attribute.BindMethodName, Static, null, [typeof(ServiceBinderBase), serviceBase], null);
}
