using System.Security.Cryptography;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Role = EdgeAgent.ControlPlane.Storage.Role;
using RoleGrant = EdgeAgent.ControlPlane.Storage.RoleGrant;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Lets people in and out, and gives them roles.</summary>
internal sealed class People(PeopleTable people, TimeProvider time, ServerCertificates? certificates = null)
{
    private const int LongestName = 256;

    private static readonly TimeSpan DefaultLife = TimeSpan.FromDays(90);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(366);

    /// <summary>Lets a person in.</summary>
    /// <exception cref="RpcException">The request makes no sense, or the person is there.</exception>
    public CreateUserResponse Create(CreateUserRequest request, string author)
    {
        var hasCertificate = request.Name.StartsWith("spiffe://", StringComparison.Ordinal);
        if (request.Name.Length is 0 or > LongestName || (!hasCertificate && !request.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@')))
            throw Invalid($"name '{request.Name}'; expected letters, digits, '.', '-', '_' and '@', or the SPIFFE id of a certificate");
        if (hasCertificate && request.TimeToLive is not null)
            throw Invalid("a time to live for somebody with a certificate, which has its own; expected none");
        var life = request.TimeToLive?.ToTimeSpan() ?? DefaultLife;
        if (life <= TimeSpan.Zero || life > LongestLife)
            throw Invalid($"time to live {life}; expected more than nothing and at most {LongestLife.TotalDays} days");
        var now = time.GetUtcNow();
        var secret = hasCertificate ? null : RandomNumberGenerator.GetBytes(32);
        var person = new Person(request.Name, request.Grants.Select(Read).ToEquatableArray(), now, author, hasCertificate ? null : now + life);
        if (!people.Create(person, secret))
            throw new RpcException(new(StatusCode.AlreadyExists, $"there is a {request.Name}; expected another name, or delete that one first"));
        var response = new CreateUserResponse { Token = secret is null ? "" : BearerToken.Of(secret), NotAfter = person.Expires?.ToTimestamp() };
        if (certificates?.Authorities is { } authorities)
            response.Authorities.AddRange(authorities.Current.Members.Select(member => ByteString.CopyFrom(member.Authority.Certificate.RawData)));
        return response;
    }

    /// <summary>Changes a person's role in a namespace.</summary>
    /// <exception cref="RpcException">There is no such person.</exception>
    public GrantRoleResponse Grant(GrantRoleRequest request, string author)
    {
        var grant = request.Grant is null ? throw Invalid("no grant; expected a role and a namespace") : new RoleGrant((Role)request.Grant.Role, request.Grant.Namespace);
        if (!System.Enum.IsDefined(grant.Role))
            throw Invalid($"role {request.Grant.Role}; expected viewer, editor, admin or none");
        return people.Grant(request.Name, grant, time.GetUtcNow(), author) ? new() : throw Nobody(request.Name);
    }

    /// <summary>All people.</summary>
    public ListUsersResponse List()
    {
        var response = new ListUsersResponse();
        response.Users.AddRange(people.All().Select(person =>
        {
            var user = new User { Name = person.Name, Created = person.Created.ToTimestamp(), CreatedBy = person.CreatedBy, NotAfter = person.Expires?.ToTimestamp() };
            user.Grants.AddRange(person.Grants.Select(grant => new Wire.V1.RoleGrant { Role = (Wire.V1.Role)grant.Role, Namespace = grant.Namespace }));
            return user;
        }));
        return response;
    }

    /// <summary>Lets a person in no more.</summary>
    /// <exception cref="RpcException">There is no such person.</exception>
    public DeleteUserResponse Delete(DeleteUserRequest request, string author) => people.Delete(request.Name, time.GetUtcNow(), author) ? new() : throw Nobody(request.Name);

    private static RoleGrant Read(Wire.V1.RoleGrant wire) => wire.Role is Wire.V1.Role.Viewer or Wire.V1.Role.Editor or Wire.V1.Role.Admin
        ? new((Role)wire.Role, wire.Namespace)
        : throw Invalid($"role {wire.Role}; expected viewer, editor or admin");

    private static RpcException Nobody(string name) => new(new(StatusCode.NotFound, $"there is no '{name}'; expected a name of 'edgectl user list'"));

    private static RpcException Invalid(string message) => new(new(StatusCode.InvalidArgument, message));
}
