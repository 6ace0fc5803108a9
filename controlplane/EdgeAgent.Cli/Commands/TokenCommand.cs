using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl token create|list|revoke</c>.</summary>
internal static class TokenCommand
{
    public static Command Create(Terminal terminal, ServerOptions server) =>
        new("token", "Makes, lists and ends the tokens that hosts enrol with.") { CreateToken(terminal, server), List(terminal, server), Revoke(terminal, server) };

    private static Command CreateToken(Terminal terminal, ServerOptions server)
    {
        var space = new Option<string>("--namespace", "-n") { HelpName = "NS", Description = "The namespace of the host.", DefaultValueFactory = _ => "default" };
        var name = new Option<string?>("--name") { HelpName = "HOST", Description = "The only name that the host may take; any that nobody has where it is left out." };
        var labels = new Option<string[]>("--label", "-l") { HelpName = "k=v", Description = "A label of the host, unless a Host document says its labels; may be repeated." };
        var cidrs = new Option<string[]>("--cidr") { HelpName = "BLOCK", Description = "Addresses that the host may have; may be repeated. Without it only those of a Host document count." };
        var life = new Option<string>("--ttl") { HelpName = "SPAN", Description = "How long the token is good, at most 30d.", DefaultValueFactory = _ => "1h" };
        var uses = new Option<int>("--uses") { HelpName = "N", Description = "How many hosts may enrol with it.", DefaultValueFactory = _ => 1 };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("create", "Prints a new token. It is shown once: the control plane keeps a hash alone.") { space, name, labels, cidrs, life, uses, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new CreateTokenRequest
            {
                Namespace = parsed.GetValue(space),
                Name = parsed.GetValue(name) ?? "",
                TimeToLive = Duration.FromTimeSpan(SpanArgument.Parse(parsed.GetValue(life)!)),
                Uses = parsed.GetValue(uses),
            };
            foreach (var (key, value) in LabelArgument.Parse(string.Join(',', parsed.GetValue(labels) ?? [])))
                request.Labels.Add(key, value);
            request.Cidrs.AddRange(parsed.GetValue(cidrs) ?? []);
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.CreateTokenAsync(request, ServerConnection.Call(cancellation));
            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                JsonOutput.Write(terminal, json =>
                {
                    json.WriteStartObject();
                    json.WriteString("id", response.Id);
                    json.WriteString("token", response.Token);
                    json.WriteString("notAfter", Words.Instant(response.NotAfter.ToDateTimeOffset()));
                    json.WriteEndObject();
                });
                return ExitCode.Done;
            }

            await terminal.Output.WriteLineAsync(response.Token);
            await terminal.Error.WriteLineAsync($"Token {response.Id}, good until {Words.Instant(response.NotAfter.ToDateTimeOffset())}. On the host: edgeagent run ... --token-file FILE");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(Terminal terminal, ServerOptions server)
    {
        var space = new Option<string?>("--namespace", "-n") { HelpName = "NS", Description = "Only tokens of this namespace." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("list", "Lists tokens, newest first, without their secrets, which nobody knows any more.") { space, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.ListTokensAsync(new() { Namespace = parsed.GetValue(space) ?? "" }, ServerConnection.Call(cancellation));
            if (parsed.GetValue(output) == OutputFormat.Json)
                TokenOutput.WriteJson(terminal, response.Tokens);
            else
                TokenOutput.WriteTable(terminal, response.Tokens, DateTimeOffset.UtcNow);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke(Terminal terminal, ServerOptions server)
    {
        var id = new Argument<string>("ID") { Description = "The token's id, as 'token list' shows it." };
        var command = new Command("revoke", "Ends a token; hosts that enrolled with it stay ('host revoke' ends those).") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            await connection.Admin.RevokeTokenAsync(new() { Id = parsed.GetValue(id) }, ServerConnection.Call(cancellation));
            await terminal.Error.WriteLineAsync($"Token {parsed.GetValue(id)} is revoked.");
            return ExitCode.Done;
        });
        return command;
    }
}
