using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// Changes the embedded authority for another one, in steps that each wait until all hosts are ready, so that none is left behind in
/// silence: prepare makes the next one, which hosts are told to trust; activate lets it issue; retire ends the one before.
/// </summary>
internal sealed class AuthorityOrders(IssuingAuthority issuing, AuthorityTable table, TimeProvider time)
{
    private const int MostNames = 1000;
    private const int NamesInMessage = 20;

    /// <summary>The authorities, and how far hosts are with them.</summary>
    /// <exception cref="RpcException">There is no embedded authority.</exception>
    public ListAuthoritiesResponse List(PeerIdentity caller)
    {
        var set = issuing.Require();
        var standings = table.Standings(time.GetUtcNow());
        var response = new ListAuthoritiesResponse { Hosts = standings.Count, UpToDate = standings.Count(standing => standing.Version >= set.Version) };
        response.Behind.AddRange(standings
            .Where(standing => standing.Version < set.Version && caller.May(Role.Viewer, standing.Host.Namespace))
            .Select(standing => standing.Host.ToString()).Take(MostNames));
        foreach (var member in set.Members)
        {
            var isIssuing = member.Authority == set.Issuing;
            var (begin, end) = isIssuing ? (member.IssuingSince, long.MaxValue) : set.IsOtherNext ? (long.MaxValue, long.MaxValue) : (0L, set.Members[0].IssuingSince);
            response.Authorities.Add(new Authority
            {
                Key = member.Authority.Pin.Hex,
                Certificate = ByteString.CopyFrom(member.Authority.Certificate.RawData),
                State = isIssuing ? AuthorityState.Issuing : set.IsOtherNext ? AuthorityState.Next : AuthorityState.Former,
                TrustedBy = standings.Count(standing => standing.Version >= member.TrustedSince),
                CertifiedBy = standings.Count(standing => standing.Version >= begin && standing.Version < end),
                NotAfter = member.Authority.Certificate.NotAfter.ToUniversalTime().ToTimestamp(),
            });
        }

        response.Authorities.AddRange(set.Retired.Select(gone => new Authority
        {
            Key = CertificateAuthority.PinOf(gone.Certificate).Hex,
            Certificate = ByteString.CopyFrom(gone.Certificate.RawData),
            State = AuthorityState.Retired,
            TrustedBy = standings.Count(standing => standing.Version < gone.Since),
            NotAfter = gone.Certificate.NotAfter.ToUniversalTime().ToTimestamp(),
        }));
        return response;
    }

    /// <summary>Makes a step.</summary>
    /// <exception cref="RpcException">There is no embedded authority, or hosts are not ready for it and it is not forced.</exception>
    public OrderAuthorityResponse Order(OrderAuthorityRequest request, string author)
    {
        var authorities = issuing.RequireAll();
        var now = time.GetUtcNow();
        try
        {
            return request.Order switch
            {
                AuthorityOrder.Prepare => Step("authority prepared", static _ => 0, set => set.Other!.Authority.Pin, (set, protection) =>
                {
                    var next = CertificateAuthority.Create(now, out var key);
                    return set.WithNext(next, protection.Encrypt(key));
                }),
                AuthorityOrder.Activate => Step("authority activated", static set => set.Other?.TrustedSince ?? 0, set => set.Issuing.Pin, static (set, _) => set.WithOtherIssuing()),
                AuthorityOrder.Retire => Step(
                    "authority retired", static set => set.IsOtherNext ? 0 : set.Members[0].IssuingSince, static set => CertificateAuthority.PinOf(set.Retired[^1].Certificate), static (set, _) => set.WithoutOther()),
                _ => throw new RpcException(new(StatusCode.InvalidArgument, $"order {request.Order}; expected to prepare, activate or retire an authority")),
            };
        }
        catch (AuthorityStepException e)
        {
            throw new RpcException(new(StatusCode.FailedPrecondition, e.Message));
        }
        catch (ConfigurationException e)
        {
            throw new RpcException(new(StatusCode.DataLoss, e.Message));
        }

        OrderAuthorityResponse Step(string what, Func<AuthoritySet, long> hostsNeed, Func<AuthoritySet, Digest> subject, Func<AuthoritySet, KeyProtection, AuthoritySet> step)
        {
            IReadOnlyList<HostName> left = [];
            var after = authorities.Step(step, hostsNeed, now, (set, hosts, controlPlanes) =>
            {
                if (hosts.Count + controlPlanes > 0 && !request.Force)
                    throw new AuthorityStepException(NotReady(hosts, controlPlanes));
                left = hosts;
                return new(now, author, what, subject(set).Hex, TextOf(request.Note, hosts, controlPlanes));
            });
            var response = new OrderAuthorityResponse { Key = subject(after).Hex };
            response.LeftBehind.AddRange(left.Select(host => host.ToString()).Take(MostNames));
            return response;
        }
    }

    private static string NotReady(IReadOnlyList<HostName> hosts, int controlPlanes)
    {
        var problems = new List<string>();
        if (hosts.Count > 0)
            problems.Add($"{hosts.Count} hosts have not shown that they have what the step before gave them: {NamesOf(hosts)}");
        if (controlPlanes > 0)
            problems.Add($"{controlPlanes} control planes do not have it either, or have ended in the last seconds");
        return $"{string.Join("; ", problems)}; expected them to connect first, or to be revoked, or --force, which leaves them behind";
    }

    private static string TextOf(string note, IReadOnlyList<HostName> hosts, int controlPlanes) => string.Join("; ", new[]
    {
        note,
        hosts.Count > 0 ? $"by force, leaving {hosts.Count.ToString(CultureInfo.InvariantCulture)} hosts behind: {string.Join(", ", hosts)}" : "",
        controlPlanes > 0 ? $"by force, leaving {controlPlanes.ToString(CultureInfo.InvariantCulture)} control planes behind" : "",
    }.Where(text => text.Length > 0));

    private static string NamesOf(IReadOnlyList<HostName> hosts) =>
        string.Join(", ", hosts.Take(NamesInMessage)) + (hosts.Count > NamesInMessage ? $" and {hosts.Count - NamesInMessage} more" : "");
}
