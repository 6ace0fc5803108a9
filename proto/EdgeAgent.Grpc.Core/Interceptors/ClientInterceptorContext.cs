namespace Grpc.Core.Interceptors;

/// <summary>The client call that an interceptor sees.</summary>
public readonly struct ClientInterceptorContext<TRequest, TResponse>
    where TRequest : class
    where TResponse : class
{
    /// <summary>A call of this method.</summary>
    public ClientInterceptorContext(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        Method = method;
        Host = host;
        Options = options;
    }

    /// <summary>The method.</summary>
    public Method<TRequest, TResponse> Method { get; }

    /// <summary>Replaces the <c>:authority</c> of the channel when not null.</summary>
    public string? Host { get; }

    /// <summary>Headers, deadline, token.</summary>
    public CallOptions Options { get; }
}
