using System.CommandLine;
using System.Text;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Verdicts;

/// <summary>Where a whole state comes from: with <c>-f</c> manifests alone, without it all resources of the control plane.</summary>
internal static class StateSources
{
    /// <summary>The state.</summary>
    /// <exception cref="CommandFailure">The manifests have errors, all of which were written to standard error.</exception>
    public static async Task<EngineState> ReadAsync(string[]? paths, Func<ServerConnection> connect, Terminal terminal, CancellationToken cancellation)
    {
        if (paths is { Length: > 0 })
            return OfflineState.Read(paths, terminal);
        using var connection = connect();
        var response = await connection.Admin.ListAsync(new ListRequest(), ServerConnection.Call(cancellation));
        var set = ManifestReader.Read(response.Resources.Select(resource => new ManifestFile(KeyText.Of(resource.Key), Encoding.UTF8.GetBytes(resource.Yaml))));
        var applied = PolicyEngine.Apply(EngineState.Empty, new Change([.. set.Resources.Select(resource => resource.Model)], []));
        Findings.WriteAndStopAtErrors(terminal, [.. set.Diagnostics, .. applied.Diagnostics]);
        foreach (var host in applied.State.Resources.Values.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged && endpoint.Addresses.IsEmpty))
            await terminal.Error.WriteLineAsync($"edgectl: {host.Key} declares no address, and is left out: addresses that a host reports are known to the control plane alone");
        return applied.State;
    }
}
