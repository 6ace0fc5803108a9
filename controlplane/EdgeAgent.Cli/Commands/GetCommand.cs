using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl get KIND [NAME] [-n NAMESPACE] [-o table|json|yaml]</c>.</summary>
internal static class GetCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var kind = new Argument<string>("KIND") { Description = "A kind such as host, namespace, networkpolicy; policy for every kind of policy, all for everything; clusters for those that are followed." };
        var name = new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "The resource's name, or namespace/name." };
        var space = new Option<string?>("--namespace", "-n") { HelpName = "NAMESPACE", Description = "All of them where it is left out; of one name, default." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml);
        var command = new Command("get", "Shows resources, the warnings that hold for them, and on how many hosts a policy is realized. Exit code 1: there is none of that name.") { kind, name, space, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(kind) is "cluster" or "clusters")
            {
                using var channel = server.Connect(parsed, terminal);
                return await ClustersAsync(terminal, channel, parsed.GetValue(name), parsed.GetValue(output) ?? OutputFormat.Table, cancellation);
            }

            var kinds = KindNames.Find(parsed.GetValue(kind)!);
            var (wantedSpace, wantedName) = Split(parsed.GetValue(name), parsed.GetValue(space));
            using var connection = server.Connect(parsed, terminal);
            var found = wantedName is null
                ? await ListAsync(connection, kinds, wantedSpace, cancellation)
                : await GetAsync(connection, kinds, wantedSpace, wantedName, cancellation);
            if (wantedName is not null && found.Count == 0)
                throw CommandFailure.Negative($"edgectl: there is no {parsed.GetValue(kind)} '{(wantedSpace is null ? wantedName : $"{wantedSpace}/{wantedName}")}'");
            var realizations = await RealizationsAsync(connection, found, cancellation);
            switch (parsed.GetValue(output) ?? OutputFormat.Table)
            {
                case OutputFormat.Json:
                    ResourceOutput.WriteJson(terminal, found, realizations);
                    break;
                case OutputFormat.Yaml:
                    ResourceOutput.WriteYaml(terminal, found);
                    break;
                default:
                    ResourceOutput.WriteTable(terminal, found, realizations);
                    break;
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> ClustersAsync(Terminal terminal, ServerConnection connection, string? name, OutputFormat output, CancellationToken cancellation)
    {
        var response = await connection.Admin.ListClustersAsync(new ListClustersRequest(), ServerConnection.Call(cancellation));
        var clusters = response.Clusters.Where(cluster => name is null || cluster.Name == name).ToList();
        if (name is not null && clusters.Count == 0)
            throw CommandFailure.Negative($"edgectl: there is no cluster '{name}'");
        if (output == OutputFormat.Table)
            ClusterOutput.WriteTable(terminal, clusters);
        else
            ClusterOutput.WriteJson(terminal, clusters);
        return ExitCode.Done;
    }

    private static (string? Namespace, string? Name) Split(string? name, string? space)
    {
        if (name?.IndexOf('/', StringComparison.Ordinal) is not (> 0 and var slash))
            return (space, name);
        var own = name[..slash];
        return space is null || space == own
            ? (own, name[(slash + 1)..])
            : throw CommandFailure.BadInput($"edgectl: '{name}' is not in the namespace '{space}'; expected one namespace");
    }

    private static async Task<List<Resource>> ListAsync(ServerConnection connection, IReadOnlyList<KindName> kinds, string? space, CancellationToken cancellation)
    {
        var request = new ListRequest { Kind = kinds is [var only] ? only.Kind : "", Namespace = space ?? "" };
        var response = await connection.Admin.ListAsync(request, ServerConnection.Call(cancellation));
        return [.. response.Resources.Where(resource => kinds.Any(kind => kind.Kind == resource.Key.Kind && kind.Group == resource.Key.Group))];
    }

    private static async Task<List<Resource>> GetAsync(ServerConnection connection, IReadOnlyList<KindName> kinds, string? space, string name, CancellationToken cancellation)
    {
        if (kinds is not [var kind])
        {
            var listed = await ListAsync(connection, kinds, space, cancellation);
            return [.. listed.Where(resource => resource.Key.Name == name)];
        }

        var key = new ResourceKey { Kind = kind.Kind, Group = kind.Group, Namespace = kind.IsNamespaced ? space ?? "default" : "", Name = name };
        try
        {
            return [await connection.Admin.GetAsync(new GetRequest { Key = key }, ServerConnection.Call(cancellation))];
        }
        catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.NotFound)
        {
            return [];
        }
    }

    private static async Task<Dictionary<ResourceKey, PolicyRealization>> RealizationsAsync(ServerConnection connection, List<Resource> resources, CancellationToken cancellation)
    {
        if (!resources.Any(resource => resource.Key.Kind.EndsWith("Policy", StringComparison.Ordinal)))
            return [];
        var response = await connection.Admin.PolicyStatusAsync(new PolicyStatusRequest(), ServerConnection.Call(cancellation));
        return response.Policies.ToDictionary(policy => policy.Key);
    }
}
