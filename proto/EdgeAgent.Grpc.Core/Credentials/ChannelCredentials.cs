namespace Grpc.Core;

/// <summary>How a channel is secured. Certificates are set on the HTTP handler, not here.</summary>
public abstract class ChannelCredentials
{
    internal ChannelCredentials()
    {
    }

    /// <summary>No TLS.</summary>
    public static ChannelCredentials Insecure { get; } = new Transport(secure: false);

    /// <summary>TLS as the HTTP handler does it.</summary>
    public static ChannelCredentials SecureSsl { get; } = new Transport(secure: true);

    internal abstract bool IsSecure { get; }

    internal abstract CallCredentials? CallCredentials { get; }

    /// <summary>A channel whose every call carries these credentials.</summary>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
        new Composed(channelCredentials, callCredentials);

    private sealed class Transport(bool secure) : ChannelCredentials
    {
        internal override bool IsSecure => secure;

        internal override CallCredentials? CallCredentials => null;
    }

    private sealed class Composed : ChannelCredentials
    {
        private readonly ChannelCredentials channel;

        public Composed(ChannelCredentials channel, CallCredentials call)
        {
            ArgumentNullException.ThrowIfNull(channel);
            ArgumentNullException.ThrowIfNull(call);
            if (channel is Composed)
                throw new ArgumentException("These channel credentials hold call credentials already.", nameof(channel));
            this.channel = channel;
            CallCredentials = call;
        }

        internal override bool IsSecure => channel.IsSecure;

        internal override CallCredentials CallCredentials { get; }
    }
}
