using System.Diagnostics.CodeAnalysis;

namespace Grpc.AspNetCore.Server;

/// <summary>An interceptor type, made once for each call from the call's services and these arguments.</summary>
public class InterceptorRegistration
{
    internal const DynamicallyAccessedMemberTypes Accessed = DynamicallyAccessedMemberTypes.PublicConstructors;

    internal InterceptorRegistration([DynamicallyAccessedMembers(Accessed)] Type type, object[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Type = type;
        Arguments = arguments;
    }

    /// <summary>The interceptor type.</summary>
    [DynamicallyAccessedMembers(Accessed)]
    public Type Type { get; }

    /// <summary>Constructor arguments that are no services.</summary>
    public IReadOnlyList<object> Arguments { get; }
}
