using System.CommandLine;
using System.Security.Cryptography;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl user create|grant|list|delete</c>.</summary>
internal static class UserCommand
{
    public static Command Create(Terminal terminal, ServerOptions server) => new("user", "Lets people in and out, and gives them roles: viewer, editor, admin.")
    {
        CreateUser(terminal, server), Grant(terminal, server), List(terminal, server), Delete(terminal, server),
    };

    private static Command CreateUser(Terminal terminal, ServerOptions server)
    {
        var name = new Argument<string>("NAME") { Description = "A name, for somebody with a bearer token; or the SPIFFE id of a certificate." };
        var role = RoleOption("viewer", "editor", "admin");
        var space = Space();
        var life = new Option<string?>("--ttl") { HelpName = "SPAN", Description = "How long the bearer token is good, at most 366d; 90d where it is left out." };
        var command = new Command("create", "Lets a person in. For a name it prints a context with a bearer token, which is shown once: put it where --context or EDGECTL_CONTEXT says.") { name, role, space, life };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new CreateUserRequest { Name = parsed.GetValue(name), TimeToLive = parsed.GetValue(life) is { } span ? Duration.FromTimeSpan(SpanArgument.Parse(span)) : null };
            request.Grants.Add(new RoleGrant { Role = parsed.GetValue(role), Namespace = parsed.GetValue(space) ?? "" });
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.CreateUserAsync(request, ServerConnection.Call(cancellation));
            if (response.Token.Length > 0)
            {
                await terminal.Output.WriteAsync(new ClientContext
                {
                    Server = connection.Address.GetLeftPart(UriPartial.Authority),
                    Authorities = response.Authorities.Count == 0 ? null : string.Join('\n', response.Authorities.Select(authority => PemEncoding.WriteString("CERTIFICATE", authority.Span))),
                    Token = response.Token,
                }.ToJson());
                await terminal.Error.WriteLineAsync($"The token of {request.Name} is good until {Words.Instant(response.NotAfter.ToDateTimeOffset())}.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Grant(Terminal terminal, ServerOptions server)
    {
        var name = new Argument<string>("NAME") { Description = "Who." };
        var role = RoleOption("viewer", "editor", "admin", "none");
        var space = Space();
        var command = new Command("grant", "Gives a person another role in a namespace, or everywhere; none takes it away.") { name, role, space };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var grant = new RoleGrant { Role = parsed.GetValue(role), Namespace = parsed.GetValue(space) ?? "" };
            await connection.Admin.GrantRoleAsync(new() { Name = parsed.GetValue(name), Grant = grant }, ServerConnection.Call(cancellation));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(Terminal terminal, ServerOptions server)
    {
        var command = new Command("list", "Lists people and their roles. Administrators by configuration or by certificate are not among them.");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.ListUsersAsync(new(), ServerConnection.Call(cancellation));
            var table = new TextTable("NAME", "ROLES", "UNTIL", "SINCE", "BY");
            foreach (var user in response.Users)
            {
                table.Add(
                    user.Name,
                    string.Join(", ", user.Grants.Select(grant => $"{Word(grant.Role)} {(grant.Namespace.Length > 0 ? $"in {grant.Namespace}" : "everywhere")}")),
                    user.NotAfter is { } end ? Words.Instant(end.ToDateTimeOffset()) : "by certificate",
                    Words.Instant(user.Created.ToDateTimeOffset()),
                    user.CreatedBy);
            }

            table.WriteTo(terminal.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(Terminal terminal, ServerOptions server)
    {
        var name = new Argument<string>("NAME") { Description = "Who." };
        var command = new Command("delete", "Lets a person in no more, from the next call on.") { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            await connection.Admin.DeleteUserAsync(new() { Name = parsed.GetValue(name) }, ServerConnection.Call(cancellation));
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string?> Space() => new("--namespace", "-n") { HelpName = "NS", Description = "Where the role is for; everywhere where it is left out." };

    private static Option<Role> RoleOption(params string[] words) => new("--role")
    {
        HelpName = string.Join('|', words),
        Description = "Viewers see, editors change resources too, admins let hosts in too, and people where the role is for everywhere.",
        Required = true,
        CustomParser = result =>
        {
            var index = Array.IndexOf(words, result.Tokens[0].Value);
            if (index >= 0)
                return words[index] == "none" ? Role.Unspecified : (Role)(index + 1);
            result.AddError($"'{result.Tokens[0].Value}' is no role; expected {string.Join(" or ", words)}");
            return Role.Unspecified;
        },
    };

    private static string Word(Role role) => role.ToString().ToLowerInvariant();
}
