using System.Net;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Policy;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Benchmarks;

/// <summary>What the signature of a revision costs a fleet of ten thousand hosts: what all hosts wait for, and each host's own part.</summary>
internal static class SignClaims
{
    private const int Runs = 25;

    private static readonly FleetWorld World = new(10_000, 200, 1_000);

    /// <summary>All of it.</summary>
    public static IEnumerable<Claim> Measure()
    {
        using var directory = new ScratchDirectory();
        var configuration = new ServerConfiguration { DataDirectory = directory.Path, Listen = new(IPAddress.Loopback, 0) };
        using var store = Store.Open(directory.Path, 0);
        using var certificates = ServerCertificates.Load(configuration, store.Authorities, TimeProvider.System);
        var signer = new PolicySigner(store.Epochs, configuration, TimeProvider.System, NullLogger<PolicySigner>.Instance, certificates);

        var first = PolicyEngine.Apply(EngineState.Empty, new(World.Resources, []));
        var state = new FleetState
        {
            Policies = first.State,
            Hosts = FleetState.Empty.Hosts.AddRange(first.Changed.Select(key => KeyValuePair.Create(new HostName(key.Namespace, key.Name), key))),
            Tree = ChangePlan.Stated(PolicyTree.Empty, first),
        };
        _ = state.Tree.Root;

        var other = 0;
        yield return Signing("one-host", 1, "one host gets a policy of its own", () =>
        {
            var host = state.Hosts.Keys.First();
            PolicyMove[] moves = [new(state.DigestOf(host)!.Value, Fresh(), 1, [host.ToString()])];
            return () => state.Tree.With(moves, []);
        });
        yield return Signing("label-change", 1, "one host gets another label, which changes the policies of all", () =>
        {
            var result = PolicyEngine.Apply(state.Policies, Change.Of(FleetWorld.Host(0, other = (other + 1) % World.Identities)));
            return () => ChangePlan.Stated(state.Tree, result);
        });
        var shared = state.Hosts.GroupBy(host => state.DigestOf(host.Key)!.Value, host => host.Key.ToString()).Select(group => (Before: group.Key, Hosts: group.ToArray())).ToList();
        yield return Signing("all-hosts", 1, "all hosts get others, as many different ones as before", () =>
        {
            PolicyMove[] moves = [.. shared.Select(group => new PolicyMove(group.Before, Fresh(), group.Hosts.Length, group.Hosts))];
            return () => state.Tree.With(moves, []);
        });
        yield return Signing("all-hosts-apart", 300, "all hosts get others, each its own", () =>
        {
            PolicyMove[] moves = [.. shared.SelectMany(group => group.Hosts.Select(host => new PolicyMove(group.Before, Fresh(), 1, [host])))];
            return () => state.Tree.With(moves, []);
        });
        ByteString? known = null;
        yield return new(
            "sign.statements.10k",
            Median.Of(Runs, time => time(() =>
            {
                foreach (var host in state.Hosts.Keys)
                    signer.StatementOf(state, host, default, ref known);
            })),
            "ms",
            100,
            $"{World.Words}: the parts of all hosts, each made when that host is sent its policy");

        Digest Fresh() => Digest.Of($"policy {++other}");

        Claim Signing(string name, double target, string against, Func<Func<PolicyTree>> prepare) => new(
            $"sign.{name}.10k",
            Median.Of(Runs, time =>
            {
                ByteString? none = null;
                var change = prepare();
                return time(() => signer.StatementOf(state with { Revision = new(++other), Tree = change() }, state.Hosts.Keys.First(), default, ref none));
            }),
            "ms",
            target,
            $"{World.Words}: {against}; tree, signature and the first host's part");
    }
}
