using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Grpc.Net.Client;

namespace EdgeAgent.Benchmarks;

/// <summary>Puts a simulated fleet on a real control plane: connects it, changes policy, ends the control plane, and lets it report for long.</summary>
internal sealed class LoadRun(LoadOptions options)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2), Settling = TimeSpan.FromSeconds(1);

    /// <summary>A kind of change: the policy that changes, whom it is about, and which hosts these are.</summary>
    private sealed record ChangeKind(string Name, string Selector, Func<int, bool> Touches);

    private static readonly ChangeKind[] Kinds =
    [
        new("one", "app == 'alone'", number => number == 0),
        new("tenth", "app == 'app-1'", number => EnrolledFleet.ApplicationOf(number) == "app-1"),
        new("all", "all()", _ => true),
    ];

    private long _revision;
    private int _port = 1024;

    /// <summary>Runs all of it.</summary>
    /// <exception cref="TimeoutException">Something did not come about.</exception>
    public async Task<LoadFigures> RunAsync()
    {
        using var directory = new ScratchDirectory();
        using var server = new ControlPlaneProcess(directory);
        var began = Stopwatch.GetTimestamp();
        var credentials = EnrolledFleet.Enrol(server.Data, options.Agents);
        options.Progress($"{options.Agents} hosts enrolled in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        await server.StartAsync(options.Patience);
        using var channel = Administrator(server);
        var admin = new AdminService.AdminServiceClient(channel);
        var empty = server.Resident;

        await using var fleet = new SimulatedFleet(credentials, server.Address, options.Resumption);
        fleet.Start();
        var connecting = await fleet.JoinedAsync(options.Patience);
        options.Progress($"connected in {connecting.TotalSeconds:0.0} s; {server.Resident:0} MiB, {server.Processor.TotalSeconds:0.0} s of processor; {Failures(fleet.Record.Failures)}");
        await ApplyAsync(admin, fleet, World(), _ => true);
        var connected = server.Resident;
        options.Progress($"the world is applied; {connected:0} MiB");

        // A control plane runs for months: the runtime compiles what is called often a second time, on the same processors, in its first minutes.
        await ChangeAsync(admin, server, fleet, Kinds[^1], options.WarmUp);
        await Task.Delay(Settling);
        options.Progress($"warmed up; {server.Resident:0} MiB");

        var changes = new List<ChangeFigures>();
        foreach (var kind in Kinds)
        {
            changes.Add(await ChangeAsync(admin, server, fleet, kind));
            options.Progress($"{changes[^1]}");
        }

        var (rate, memory, share) = await WatchAsync(server, fleet);
        var peak = server.Peak;
        var storms = new List<StormFigures>
        {
            await StormAsync("connections cut", server, fleet, () =>
            {
                fleet.Cut();
                return Task.CompletedTask;
            }),
            await StormAsync(options.Kill ? "killed and started" : "restarted", server, fleet, async () =>
            {
                await server.StopAsync(options.Kill);
                await server.StartAsync(options.Patience);
            }),
        };
        await ChangeAsync(admin, server, fleet, Kinds[^1], rounds: 1);
        return new(options.Agents, connecting.TotalSeconds, empty, connected, changes, storms, rate, memory, share, Math.Max(peak, server.Peak), server.Complaints);
    }

    private static GrpcChannel Administrator(ControlPlaneProcess server)
    {
        var context = ClientContext.Parse(File.ReadAllText(Path.Combine(server.Data, "admin.context")));
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(context.Authorities);
        return GrpcChannel.ForAddress(server.Address, new()
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new()
                {
                    ClientCertificates = [X509Certificate2.CreateFromPem(context.Certificate!, context.Key!)],
                    CertificateChainPolicy = OnlyAuthorities.ToPolicy(authorities, ignoreTime: false),
                },
            },
            DisposeHttpClient = true,
        });
    }

    private static string Failures(IReadOnlyList<KeyValuePair<string, int>> failures) =>
        failures.Count == 0 ? "no failures" : $"failures: {string.Join("; ", failures.Take(5).Select(failure => $"{failure.Value} x {failure.Key}"))}";

    // Each application lets in the next, so that sets of hosts are in everybody's policy.
    private static string World() => string.Join("---\n", Enumerable.Range(0, EnrolledFleet.Applications).Select(number => $$"""
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: into-{{number}}, namespace: {{EnrolledFleet.Namespace}}}
        spec:
          from: [{selector: "app == 'app-{{(number + 1) % EnrolledFleet.Applications}}'"}]
          to: [{selector: "app == 'app-{{number}}'"}]
          ports: [{protocol: TCP, port: 9080}]

        """).Concat(Kinds.Select(kind => Document(kind, 1024))));

    private static string Document(ChangeKind kind, int port) => $$"""
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: {{kind.Name}}, namespace: {{EnrolledFleet.Namespace}}}
        spec:
          from: [{cidrs: [192.0.2.0/24]}]
          to: [{selector: "{{kind.Selector}}"}]
          ports: [{protocol: TCP, port: {{port}}}]
          isolate: None

        """;

    private async Task<ChangeFigures> ChangeAsync(AdminService.AdminServiceClient admin, ControlPlaneProcess server, SimulatedFleet fleet, ChangeKind kind, int? rounds = null)
    {
        var (calls, hosts, lasts, provens, everybodies, processors, agents) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < (rounds ?? options.Rounds); round++)
        {
            await Task.Delay(200);
            var (before, agentsBefore) = (server.Processor, Environment.CpuUsage.TotalTime);
            var (began, call, proven) = await ApplyAsync(admin, fleet, Document(kind, ++_port), kind.Touches, kind.Name);
            var times = fleet.Record.Since(began, kind.Touches);
            calls.Add(call);
            hosts.AddRange(times);
            lasts.Add(times[^1]);
            provens.Add(proven);
            everybodies.Add(fleet.Record.Since(began, _ => true)[^1]);
            processors.Add((server.Processor - before).TotalMilliseconds);
            agents.Add((Environment.CpuUsage.TotalTime - agentsBefore).TotalMilliseconds);
        }

        return new(kind.Name, Enumerable.Range(0, fleet.Count).Count(kind.Touches), Median.Of(calls), Median.Of(hosts), Median.Of(lasts), lasts.Max(), Median.Of(provens), Median.Of(everybodies), Median.Of(processors), Median.Of(agents));
    }

    // When it began, how long the call took, and when the control plane had the proof of all hosts.
    private async Task<(long Began, double Call, double Proven)> ApplyAsync(AdminService.AdminServiceClient admin, SimulatedFleet fleet, string yaml, Func<int, bool> touches, string? policy = null)
    {
        _revision = (await admin.HistoryAsync(new() { Limit = 1 })).Revisions is [var newest, ..] ? newest.Revision + 1 : 1;
        fleet.Record.Await(_revision, touches);
        var request = new ApplyRequest { Author = "load" };
        request.Documents.Add(new Document { Name = "load.yaml", Content = ByteString.CopyFrom(yaml, Encoding.UTF8) });
        var began = Stopwatch.GetTimestamp();
        var response = await admin.ApplyAsync(request);
        var call = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        if (!response.Accepted || response.Revision != _revision)
            throw new InvalidOperationException($"revision {response.Revision} instead of {_revision}: {string.Join('\n', response.Diagnostics)}");
        await AcknowledgedAsync(fleet.Record, began, () => fleet.Record.Missing);
        var proven = policy is null ? 0 : await ProvenAsync(admin, policy, began);
        await AcknowledgedAsync(fleet.Record, began, () => fleet.Record.MissingOthers);
        return (began, call, proven);
    }

    private async Task AcknowledgedAsync(FleetRecord record, long began, Func<int> missing)
    {
        while (missing() is > 0 and var count)
        {
            if (Stopwatch.GetElapsedTime(began) > options.Patience)
                throw new TimeoutException($"{count} hosts did not acknowledge revision {_revision}; {Failures(record.Failures)}");
            await Task.Delay(Poll);
        }
    }

    private async Task<double> ProvenAsync(AdminService.AdminServiceClient admin, string policy, long began)
    {
        while (true)
        {
            var status = (await admin.PolicyStatusAsync(new() { Key = new() { Kind = "BookendPolicy", Namespace = EnrolledFleet.Namespace, Name = policy } })).Policies.Single();
            var time = Stopwatch.GetElapsedTime(began);
            if (status.Realized == status.Span)
                return time.TotalMilliseconds;
            if (time > options.Patience)
                throw new TimeoutException($"{status.Realized} of {status.Span} hosts are realized");
            await Task.Delay(20);
        }
    }

    private async Task<(double Rate, IReadOnlyList<double> Memory, double Share)> WatchAsync(ControlPlaneProcess server, SimulatedFleet fleet)
    {
        fleet.Rate = options.ReportsPerSecond;
        var (began, sent, processor, memory) = (Stopwatch.GetTimestamp(), fleet.Reports, server.Processor, new List<double> { server.Resident });
        const int Looks = 8;
        for (var look = 0; look < Looks; look++)
        {
            await Task.Delay(options.Watched / Looks);
            memory.Add(server.Resident);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (rate, share) = ((fleet.Reports - sent) / seconds, (server.Processor - processor).TotalSeconds / seconds);
        fleet.Rate = 0;
        options.Progress($"{rate:0} reports/s for {seconds:0} s; {string.Join(" ", memory.Select(at => $"{at:0}"))} MiB; {share:0.00} processors; {fleet.Record.Connected} connected");
        return (rate, memory, share);
    }

    private async Task<StormFigures> StormAsync(string name, ControlPlaneProcess server, SimulatedFleet fleet, Func<Task> strike)
    {
        await strike();
        // Until the control plane served again there was nothing to connect to.
        fleet.Record.Forgive();
        var before = server.Processor;
        var took = await fleet.JoinedAsync(options.Patience);
        var figures = new StormFigures(name, took.TotalSeconds, (server.Processor - before).TotalSeconds, fleet.Record.Failures);
        options.Progress($"{name}: {figures.Seconds:0.0} s, {figures.Processor:0.0} s of processor, {server.Resident:0} MiB; {Failures(figures.Failures)}");
        return figures;
    }
}
