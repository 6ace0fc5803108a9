using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Where this host's credentials come from.</summary>
internal interface ICredentialSource
{
    /// <summary>The credentials for the next connection, made if need be.</summary>
    /// <param name="way">The way to the control plane.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="IdentityException">There are none: says why.</exception>
    Task<HostCredentials> ObtainAsync(ControlPlaneWay way, CancellationToken cancellation);

    /// <summary>Ends when there are newer credentials than those of the open connection.</summary>
    /// <param name="open">The open connection.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task RenewedAsync(Wire.V1.AgentService.AgentServiceClient open, CancellationToken cancellation);

    /// <summary>The control plane asks for the credentials to be renewed before their time, at some moment within so long.</summary>
    void RenewWithin(TimeSpan span);

    /// <summary>The control plane does not take the credentials.</summary>
    void Refused();
}
