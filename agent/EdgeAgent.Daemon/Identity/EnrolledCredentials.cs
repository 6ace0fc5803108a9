using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>
/// Credentials from the control plane's own authority: the first for a token, each next one for the one before. A host enrols again only
/// with a token that it has not used, and only where the control plane does not take what it has.
/// </summary>
internal sealed class EnrolledCredentials : ICredentialSource
{
    private readonly AgentOptions _options;
    private readonly IdentityFile _file;
    private readonly HostIdentity _identity;
    private readonly HostFactsReader _facts;
    private readonly EventQueue _clock;
    private readonly ILogger<EnrolledCredentials> _log;
    private readonly KeptPolicyProof? _policy;
    private TaskCompletionSource<TimeSpan> _asked = new();
    private KeptIdentity? _kept;
    private bool _refused;

    public EnrolledCredentials(AgentOptions options, IdentityFile file, HostIdentity identity, HostFactsReader facts, EventQueue clock, ILogger<EnrolledCredentials> log, KeptPolicyProof? policy = null)
    {
        (_options, _file, _identity, _facts, _clock, _log, _policy) = (options, file, identity, facts, clock, log, policy);
        try
        {
            _kept = file.Load();
        }
        catch (IdentityException e)
        {
            AgentLog.SideWorkFailed(log, "reading the identity", e.Message);
        }

        if (_kept is not null)
            identity.Take(_kept.Credentials);
    }

    public async Task<HostCredentials> ObtainAsync(ControlPlaneWay way, CancellationToken cancellation)
    {
        // Whether a certificate has ended is for the control plane to say: this host's clock may be wrong.
        if (_kept is { } kept && !(_refused && FreshToken(kept.Token) is not null))
            return kept.Credentials;
        var token = FreshToken(_kept?.Token ?? default) ?? throw new IdentityException("this host is not enrolled and has no token; expected --token-file FILE or --token TOKEN with what 'edgectl token create' printed");
        var facts = _facts.Read();
        try
        {
            using var key = _file.EnrolmentKey();
            var enrolled = await EnrolmentClient.EnrolAsync(
                way, token, HostFactsMapping.ToWire(facts with { Namespace = _options.Namespace, Name = _options.Name }), key, _clock.TimeOfDay, cancellation).ConfigureAwait(false);
            Keep(enrolled);
            AgentLog.Enrolled(_log, enrolled.Credentials.Id, enrolled.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IdentityException($"the identity of this host cannot be kept: {e.Message}");
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.PermissionDenied or StatusCode.InvalidArgument or StatusCode.FailedPrecondition)
        {
            throw new IdentityException($"enrolment is refused: {e.Status.Detail}");
        }

        _refused = false;
        return _kept!.Credentials;
    }

    public async Task RenewedAsync(Wire.V1.AgentService.AgentServiceClient open, CancellationToken cancellation)
    {
        var backoff = new Backoff(Random.Shared.NextDouble);
        await WaitUntilDueAsync(cancellation).ConfigureAwait(false);
        while (true)
        {
            try
            {
                var next = await EnrolmentClient.RenewAsync(open, _kept!.Token, () => _clock.TimeOfDay, cancellation).ConfigureAwait(false);
                if (_policy?.ObjectionTo(next.Credentials, _kept.Credentials) is { } objection)
                    throw new IdentityException($"the next certificate comes without the authority that proves the policy on disk ({objection}); expected a newer policy first");
                Keep(next);
                AgentLog.Renewed(_log, _kept.Credentials.Id, _kept.End);
                return;
            }
            catch (Exception e) when (e is RpcException or IdentityException or IOException or UnauthorizedAccessException)
            {
                var wait = backoff.Next();
                AgentLog.RenewalFailed(_log, e is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : e.Message, _kept!.End, wait);
                await Task.Delay(wait, _clock.Time, cancellation).ConfigureAwait(false);
            }
        }
    }

    public void RenewWithin(TimeSpan span) => _asked.TrySetResult(span);

    public void Refused() => _refused = true;

    private void Keep(KeptIdentity identity)
    {
        _file.Keep(identity);
        _kept = identity;
        _identity.Take(identity.Credentials);
    }

    // Waits by a clock that never jumps, in steps, so that a clock that is set right while we wait is noticed. What was asked for on an
    // earlier connection was done; where it was not, it is asked for again on this one.
    private async Task WaitUntilDueAsync(CancellationToken cancellation)
    {
        var asked = _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = _clock.Now;
        var atMost = _kept!.RenewalDue - _clock.TimeOfDay;
        while (_clock.TimeOfDay < _kept.RenewalDue && _clock.Now - begun < atMost && !asked.Task.IsCompleted)
            await await Task.WhenAny(asked.Task, Task.Delay(Shorter(TimeSpan.FromMinutes(1), atMost - (_clock.Now - begun)), _clock.Time, cancellation)).ConfigureAwait(false);
        if (asked.Task.IsCompleted)
            await Task.Delay(await asked.Task.ConfigureAwait(false) * Random.Shared.NextDouble(), _clock.Time, cancellation).ConfigureAwait(false);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : b;

    private EnrolmentToken? FreshToken(Digest used)
    {
        var text = _options.Token;
        if (_options.TokenFile is { } path)
        {
            try
            {
                text = File.ReadAllText(path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && _kept is not null)
            {
                // Whoever took the token away after the enrolment did well.
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new IdentityException($"{path}: {e.Message} (expected a token of 'edgectl token create')");
            }
        }

        if (text is null)
            return null;
        if (!EnrolmentToken.TryParse(text, out var token))
            throw new IdentityException($"{_options.TokenFile ?? "--token"}: no token; expected {EnrolmentToken.Expected}");
        return Digest.Of(token.Text) == used ? null : token;
    }
}
