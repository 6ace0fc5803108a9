using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using HostFacts = EdgeAgent.Contracts.HostFacts;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Makes, lists and ends enrolment tokens.</summary>
internal sealed class EnrolmentTokens(TokenTable tokens, TimeProvider time, IssuingAuthority issuing)
{
    private const int MostUses = 100_000;
    private const int MostCidrs = 64;

    private static readonly TimeSpan DefaultLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(30);

    /// <summary>Makes a token.</summary>
    /// <exception cref="RpcException">There is no embedded authority, or the request makes no sense.</exception>
    public CreateTokenResponse Create(CreateTokenRequest request, PeerIdentity caller, string author)
    {
        var authority = issuing.Require().Issuing;
        var life = request.TimeToLive?.ToTimeSpan() ?? DefaultLife;
        if (life <= TimeSpan.Zero || life > LongestLife)
            throw Invalid($"time to live {life}; expected more than nothing and at most {LongestLife.TotalDays} days");
        var uses = request.Uses == 0 ? 1 : request.Uses;
        if (uses is < 0 or > MostUses)
            throw Invalid($"{uses} uses; expected 1 to {MostUses}");
        var grant = ReadGrant(request);
        Callers.Require(caller, Role.Admin, grant.Namespace);

        // An address is worth what policies of any namespace make of it.
        if (!grant.Cidrs.IsEmpty)
            Callers.Require(caller, Role.Admin, "");
        if (grant.Name.Length > 0 && uses > 1)
            throw Invalid($"{uses} uses for the one name '{grant.Name}'; expected 1");
        var now = time.GetUtcNow();
        var (secret, id) = tokens.Create(grant, uses, now, now + life, author);
        return new()
        {
            Id = id,
            Token = new EnrolmentToken(secret, authority.Pin).Text,
            NotAfter = (now + life).ToTimestamp(),
            Authority = ByteString.CopyFrom(authority.Certificate.RawData),
        };
    }

    /// <summary>The tokens of a namespace, or all.</summary>
    public ListTokensResponse List(ListTokensRequest request, PeerIdentity caller)
    {
        var response = new ListTokensResponse();
        response.Tokens.AddRange(tokens.All(request.Namespace).Where(token => caller.May(Role.Admin, token.Grant.Namespace)).Select(ToWire));
        return response;
    }

    /// <summary>Ends a token.</summary>
    /// <exception cref="RpcException">There is none of that id.</exception>
    public RevokeTokenResponse Revoke(RevokeTokenRequest request, PeerIdentity caller, string author)
    {
        var token = tokens.Find(request.Id) ?? throw new RpcException(new(StatusCode.NotFound, $"there is no token '{request.Id}'; expected an id of 'edgectl token list'"));
        Callers.Require(caller, Role.Admin, token.Grant.Namespace);
        tokens.Revoke(token.Id, time.GetUtcNow(), author);
        return new();
    }

    private static EnrolmentGrant ReadGrant(CreateTokenRequest request)
    {
        var ns = request.Namespace.Length == 0 ? "default" : request.Namespace;
        var labels = request.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).ToEquatableArray();

        // What the token fixes is held to the rules for documents, as the host that comes of it will be.
        var sample = new HostFacts { Namespace = ns, Name = request.Name.Length == 0 ? "any" : request.Name, Labels = labels };
        if (!RegisteredHost.TryRead(sample, out _, out var refusal))
            throw Invalid(refusal);
        if (request.Cidrs.Count > MostCidrs)
            throw Invalid($"{request.Cidrs.Count} blocks; expected at most {MostCidrs}");
        return new(ns, request.Name, labels, request.Cidrs.Select(Block).Distinct().Order().ToEquatableArray());
    }

    private static Cidr Block(string text) =>
        Cidr.TryParse(text, out var block, out var hadHostBits) && !hadHostBits ? block : throw Invalid($"block '{text}'; expected address/length without host bits, such as 10.0.0.0/24");

    private static Token ToWire(StoredToken token)
    {
        var wire = new Token
        {
            Id = token.Id,
            Namespace = token.Grant.Namespace,
            Name = token.Grant.Name,
            Uses = token.Uses,
            Used = token.Used,
            Created = token.Created.ToTimestamp(),
            CreatedBy = token.CreatedBy,
            NotAfter = token.Expires.ToTimestamp(),
            Revoked = token.IsRevoked,
        };
        wire.Labels.Add(token.Grant.Labels.ToDictionary());
        wire.Cidrs.AddRange(token.Grant.Cidrs.Select(block => block.ToString()));
        return wire;
    }

    private static RpcException Invalid(string message) => new(new(StatusCode.InvalidArgument, message));
}
