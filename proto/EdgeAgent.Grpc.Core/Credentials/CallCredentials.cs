namespace Grpc.Core;

/// <summary>Adds headers to each call that prove who calls. Sent over TLS only, unless the channel is told otherwise.</summary>
public abstract class CallCredentials
{
    internal CallCredentials()
    {
    }

    /// <summary>All of these credentials, in order.</summary>
    public static CallCredentials Compose(params CallCredentials[] credentials) => new Composed(credentials);

    /// <summary>Credentials that this function adds.</summary>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor) => new Intercepted(interceptor);

    internal abstract Task AddAsync(AuthInterceptorContext context, Metadata metadata);

    private sealed class Composed : CallCredentials
    {
        private readonly CallCredentials[] parts;

        public Composed(CallCredentials[] parts)
        {
            ArgumentNullException.ThrowIfNull(parts);
            if (parts.Length < 2)
                throw new ArgumentException("Composing takes two credentials or more.", nameof(parts));
            this.parts = [.. parts];
        }

        internal override async Task AddAsync(AuthInterceptorContext context, Metadata metadata)
        {
            foreach (var part in parts)
                await part.AddAsync(context, metadata).ConfigureAwait(false);
        }
    }

    private sealed class Intercepted : CallCredentials
    {
        private readonly AsyncAuthInterceptor interceptor;

        public Intercepted(AsyncAuthInterceptor interceptor)
        {
            ArgumentNullException.ThrowIfNull(interceptor);
            this.interceptor = interceptor;
        }

        internal override Task AddAsync(AuthInterceptorContext context, Metadata metadata) => interceptor(context, metadata);
    }
}
