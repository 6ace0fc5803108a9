using System.Net;
using System.Text;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Hosting;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>A real control plane on loopback with a store of its own, and a client of it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly ServerConfiguration _configuration;
    private readonly List<GrpcChannel> _channels = [];
    private readonly TestLog _log = new();
    private ControlPlaneServer _server = null!;

    private TestServer(Func<ServerConfiguration, ServerConfiguration>? configure)
    {
        var plain = new ServerConfiguration
        {
            DataDirectory = _directory["data"],
            Listen = new(IPAddress.Loopback, 0),
            Http = new(IPAddress.Loopback, 0),
            Insecure = true,
            HeartbeatInterval = TimeSpan.FromMilliseconds(200),
        };
        _configuration = configure?.Invoke(plain) ?? plain;
    }

    public string DataDirectory => _configuration.DataDirectory;

    public Uri GrpcAddress => _server.GrpcAddress;

    public Uri HttpAddress => _server.HttpAddress!;

    public AdminService.AdminServiceClient Admin { get; private set; } = null!;

    public RolloutService.RolloutServiceClient Rollouts { get; private set; } = null!;

    /// <summary>The server's clock; null for the machine's.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Whether the test brings the server to log errors; otherwise one fails the test.</summary>
    public bool ExpectsErrors { get; init; }

    public static async Task<TestServer> StartAsync(Func<ServerConfiguration, ServerConfiguration>? configure = null, bool expectsErrors = false, TimeProvider? time = null)
    {
        var server = new TestServer(configure) { ExpectsErrors = expectsErrors, Time = time };
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Stops and starts again on the same store.</summary>
    public async Task RestartAsync(Func<Task>? between = null)
    {
        await _server.DisposeAsync();
        if (between is not null)
            await between();
        await StartAgainAsync();
    }

    /// <summary>A channel of its own.</summary>
    public GrpcChannel Channel(GrpcChannelOptions? options = null)
    {
        var channel = GrpcChannel.ForAddress(_server.GrpcAddress, options ?? new() { MaxReceiveMessageSize = null });
        _channels.Add(channel);
        return channel;
    }

    public async Task<ApplyResponse> ApplyAsync(string yaml, string note = "") => await Admin.ApplyAsync(Request(yaml, note));

    /// <summary>Applies documents that must be accepted; the revision.</summary>
    public async Task<long> AcceptAsync(string yaml, string note = "")
    {
        var response = await ApplyAsync(yaml, note);
        Assert.True(response.Accepted, string.Join('\n', response.Diagnostics));
        return response.Revision;
    }

    public static ApplyRequest Request(string yaml, string note = "", string file = "test.yaml")
    {
        var request = new ApplyRequest { Author = "tester", Note = note };
        request.Documents.Add(new Document { Name = file, Content = ByteString.CopyFrom(yaml, Encoding.UTF8) });
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
            channel.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
        Assert.True(ExpectsErrors || _log.Errors.IsEmpty, string.Join('\n', _log.Errors));
    }

    private async Task StartAgainAsync()
    {
        _server = await ControlPlaneServer.StartAsync(_configuration, logging => logging.AddProvider(_log), time: Time);
        var channel = Channel();
        (Admin, Rollouts) = (new(channel), new(channel));
    }
}
