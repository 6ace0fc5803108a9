using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.Daemon;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>A namespace, and a state directory with a policy that an agent finds there.</summary>
internal sealed class DriftLab : IDisposable
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "EdgeAgent.Daemon", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "edgeagent");

    private readonly string _path = System.IO.Directory.CreateTempSubdirectory("edgeagent-bench-").FullName;

    public DriftLab()
    {
        Directory = StateDirectory.Create(_path);
        new PolicyCache(Directory, new DurableFiles()).Keep(new(PolicyVersion.Of(LargePolicy.Of(10)), Failsafe.Defaults));
        Options = new() { ControlPlanes = [new("http://127.0.0.1:9")], Name = "bench", StateDirectory = _path, Insecure = true, ConfirmWithin = null, LogLevel = "error" };
    }

    public TestNamespace Place { get; } = new("bench");

    public StateDirectory Directory { get; }

    public AgentOptions Options { get; }

    /// <summary>Starts the real program in the namespace.</summary>
    public Process StartAgent() => Place.Start(new(
        Program,
        ["run", "--control-plane", string.Join(",", Options.ControlPlanes), "--insecure", "--name", Options.Name, "--state-dir", _path, "--no-confirm", "--log-level", "error"])
    { RedirectStandardError = false });

    /// <summary>Waits until the policy is enforced.</summary>
    public Ruleset WaitForTable()
    {
        using var kernel = new NetfilterKernel(Place.Path);
        for (var i = 0; i < 3000; i++)
        {
            if (kernel.Read().Ruleset is { Chains.IsEmpty: false } table)
            {
                Thread.Sleep(500);
                return table;
            }

            Thread.Sleep(10);
        }

        throw new TimeoutException("the agent enforced nothing within 30 s");
    }

    public void Dispose()
    {
        Place.Dispose();
        System.IO.Directory.Delete(_path, recursive: true);
    }
}
