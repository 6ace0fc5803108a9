using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>A host that asks to be enrolled.</summary>
/// <param name="Namespace">The namespace that it wants; empty for the token's.</param>
/// <param name="Name">The name that it wants; empty for the token's.</param>
/// <param name="MachineId">Its machine.</param>
/// <param name="Key">SHA-256 of its public key.</param>
/// <param name="Serial">The serial number of the certificate that it would get.</param>
/// <param name="Expires">When that would end.</param>
internal sealed record EnrolmentApplication(string Namespace, string Name, string MachineId, Digest Key, string Serial, DateTimeOffset Expires)
{
    /// <summary>The version of the authorities that would come with it.</summary>
    public long Authorities { get; init; } = 1;
}

/// <summary>A token that is not good for who came with it: says why.</summary>
internal sealed class EnrolmentRefusedException(string message) : Exception(message);

/// <summary>Decides whether a token lets a host in, and as whom. Nothing that the host says of itself gives it a right.</summary>
internal static class EnrolmentDecision
{
    /// <summary>The enrolment that comes of it, and whether it uses the token.</summary>
    /// <param name="token">The token; null for an unknown one.</param>
    /// <param name="application">Who comes with it.</param>
    /// <param name="present">The enrolment that a host has now; null for none.</param>
    /// <param name="isDeclared">Whether a document speaks of a host.</param>
    /// <param name="now">The present.</param>
    /// <exception cref="EnrolmentRefusedException">It does not.</exception>
    public static (EnrolledHost Enrolment, bool UsesToken) Decide(
        StoredToken? token, EnrolmentApplication application, Func<HostName, EnrolledHost?> present, Func<HostName, bool> isDeclared, DateTimeOffset now)
    {
        var problem = token switch
        {
            null => "is unknown",
            { IsRevoked: true } => "was revoked",
            _ when token.Expires <= now => $"expired at {token.Expires:u}",
            _ => null,
        };
        if (problem is not null)
            throw new EnrolmentRefusedException($"the token {problem}");
        var host = HostOf(token!, application);
        var before = present(host) is { IsRevoked: false } live && live.Expires > now ? live : null;
        var enrolment = new EnrolledHost(host, token!.Grant, token.Id, application.MachineId, application.Key, application.Serial, "", now, application.Expires, false, "") { Authorities = application.Authorities };

        // Whoever has the key that the token was used with lost the answer on its way, and asks again.
        if (before is not null && before.Token == token.Id && before.Key == application.Key)
            return (enrolment with { PreviousSerial = before.Serial, PreviousAuthorities = before.Authorities }, false);
        if (token.Used >= token.Uses)
            throw new EnrolmentRefusedException($"the token is used up: {token.Used} of {token.Uses}");
        if (token.Grant.Name.Length == 0 && before is not null)
            throw new EnrolmentRefusedException($"host {host} is enrolled; expected a name that nobody has, or a token made with --name {host.Name}");
        if (token.Grant.Name.Length == 0 && isDeclared(host))
            throw new EnrolmentRefusedException($"host {host} is declared in a Host document, whose labels it would get; expected a token made with --name {host.Name}");
        return (enrolment, true);
    }

    private static HostName HostOf(StoredToken token, EnrolmentApplication application)
    {
        var (ns, name) = (token.Grant.Namespace, token.Grant.Name);
        if (application.Namespace.Length > 0 && application.Namespace != ns)
            throw new EnrolmentRefusedException($"the token is for namespace {ns}, not for '{application.Namespace}'");
        if (name.Length > 0 && application.Name.Length > 0 && application.Name != name)
            throw new EnrolmentRefusedException($"the token is for host {name} alone, not for '{application.Name}'");
        if (name.Length == 0 && application.Name.Length == 0)
            throw new EnrolmentRefusedException("the token fixes no name; expected the agent to give one with --name");
        return new(ns, name.Length > 0 ? name : application.Name);
    }
}
