using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.HealthCheck;

/// <summary>The state of the server's services, for probes and load balancers. Register one instance and map it as a gRPC service.</summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ServingStatus> states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ChannelWriter<ServingStatus>>> watchers = new(StringComparer.Ordinal);

    /// <summary>Sets the state of a service; the empty name is the server as a whole.</summary>
    public void SetStatus(string service, ServingStatus status)
    {
        lock (gate)
        {
            states[service] = status;
            Tell(service, status);
        }
    }

    /// <summary>Forgets a service.</summary>
    public void ClearStatus(string service)
    {
        lock (gate)
        {
            if (states.Remove(service))
                Tell(service, ServingStatus.ServiceUnknown);
        }
    }

    /// <summary>Forgets all services.</summary>
    public void ClearAll()
    {
        lock (gate)
        {
            foreach (var service in states.Keys)
                Tell(service, ServingStatus.ServiceUnknown);
            states.Clear();
        }
    }

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (gate)
        {
            return states.TryGetValue(request.Service, out var status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw new RpcException(new Status(StatusCode.NotFound, $"Service '{request.Service}' is not known here."));
        }
    }

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // A slow watcher skips states that are over: only the newest one counts.
        var changes = Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        Subscribe(request.Service, changes.Writer);
        try
        {
            ServingStatus? sent = null;
            await foreach (var status in changes.Reader.ReadAllAsync(context.CancellationToken))
            {
                if (status == sent)
                    continue;
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status });
                sent = status;
            }
        }
        finally
        {
            Unsubscribe(request.Service, changes.Writer);
        }
    }

    private void Subscribe(string service, ChannelWriter<ServingStatus> watcher)
    {
        lock (gate)
        {
            if (!watchers.TryGetValue(service, out var list))
                watchers.Add(service, list = []);
            list.Add(watcher);
            watcher.TryWrite(states.GetValueOrDefault(service, ServingStatus.ServiceUnknown));
        }
    }

    private void Unsubscribe(string service, ChannelWriter<ServingStatus> watcher)
    {
        lock (gate)
        {
            var list = watchers[service];
            list.Remove(watcher);
            if (list.Count == 0)
                watchers.Remove(service);
        }
    }

    private void Tell(string service, ServingStatus status)
    {
        if (!watchers.TryGetValue(service, out var list))
            return;
        foreach (var watcher in list)
            watcher.TryWrite(status);
    }
}
