using System.CommandLine;
using System.Net.Sockets;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using Microsoft.Extensions.Logging;
using Serilog;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>The command line of <c>edgecontrol</c>.</summary>
internal static class ServerCommand
{
    private const int Done = 0;
    private const int BadInput = 2;
    private const int Unable = 3;

    /// <summary>Runs a control plane until it is asked to stop.</summary>
    /// <returns>0: stopped as asked; 2: bad command line, configuration, or a store of another program or a newer version; 3: the store is damaged or in use, or an address cannot be listened on.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var config = new Option<string?>("--config") { Description = "JSON file with the fields data, listen, http, insecure, tls, ...; the options here win over it", HelpName = "FILE" };
        var data = new Option<string?>("--data") { Description = "directory of the store and of the embedded certificate authority", HelpName = "DIR" };
        var listen = new Option<string?>("--listen") { Description = "where gRPC is served", HelpName = "ADDR:PORT" };
        var http = new Option<string?>("--http") { Description = "where the status page, /metrics, /healthz and /readyz are served over plain HTTP/1.1", HelpName = "ADDR:PORT" };
        var insecure = new Option<bool>("--insecure") { Description = "gRPC without TLS, every caller believed: loopback and labs only" };
        var root = new RootCommand("Control plane of EdgeAgent: takes policies in, gives every host its own, shows what is enforced.") { config, data, listen, http, insecure };
        root.SetAction((parsed, _) => ServeAsync(new(
            parsed.GetValue(config), parsed.GetValue(data), parsed.GetValue(listen), parsed.GetValue(http), parsed.GetValue(insecure))));
        StoreCommands.AddTo(root);
        var result = root.Parse(arguments);
        if (result.Errors.Count == 0)
            return await result.InvokeAsync();
        foreach (var error in result.Errors)
            await Console.Error.WriteLineAsync($"edgecontrol: {error.Message}");
        await Console.Error.WriteLineAsync("expected: edgecontrol --config FILE | --data DIR --listen ADDR:PORT [--http ADDR:PORT] [--insecure]");
        await Console.Error.WriteLineAsync("       or edgecontrol backup --data DIR --out FILE | verify --data DIR | epoch --data DIR [--raise] | authorities --data DIR --forget");
        return BadInput;
    }

    private static async Task<int> ServeAsync(CommandLineValues given)
    {
        await using var logger = Logging.ForProcess();
        try
        {
            var configuration = ConfigurationReader.Read(given);
            await using var server = await ControlPlaneServer.StartAsync(configuration, logging => logging.AddSerilog(logger));
            logger.Information("edgecontrol {Version} serves gRPC on {Grpc} and pages on {Http}", ServerVersion.Text, server.GrpcAddress, server.HttpAddress?.ToString() ?? "no address");
            await server.WaitForShutdownAsync();
            logger.Information("edgecontrol stopped");
            return Done;
        }
        catch (ConfigurationException e)
        {
            await Console.Error.WriteLineAsync($"edgecontrol: {e.Message}");
            return BadInput;
        }
        catch (StoreException e)
        {
            await Console.Error.WriteLineAsync($"edgecontrol: {e.Message}");
            return e.Failure == StoreFailure.Foreign ? BadInput : Unable;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await Console.Error.WriteLineAsync($"edgecontrol: {e.Message} (expected free addresses to listen on)");
            return Unable;
        }
    }
}
