using System.CommandLine;
using EdgeAgent.Benchmarks;

var groups = new (string Prefix, Func<IEnumerable<Claim>> Measure)[]
{
    ("kernel.full-load", FullLoadClaims.Measure),
    ("kernel.one-peer", OnePeerClaims.Kernel),
    ("kernel.calico", CalicoClaims.Measure),
    ("agent.one-peer", OnePeerClaims.Agent),
    ("dataplane", CompileClaims.Measure),
    ("allocation.encode", MemoryClaims.Encode),
    ("allocation.peak", MemoryClaims.Peaks),
    ("updates.swap", SwapClaims.Measure),
    ("updates.install", SwapClaims.Install),
    ("datapath.udp", DatapathClaims.Udp),
    ("datapath.tcp", DatapathClaims.Tcp),
    ("flood", FloodClaims.Measure),
    ("withdrawal.conntrack-100k", WithdrawalClaims.OnePeer),
    ("drift.repair-p99", DriftClaims.Repair),
    ("drift.owned", DriftClaims.Owned),
    ("drift.flush-loop-cpu", DriftClaims.FlushLoop),
    ("engine", EngineClaims.Fleets),
    ("sign", SignClaims.Measure),
    ("manifests", ManifestClaims.Read),
    ("selectors", SelectorClaims.LabelTests),
    ("load", LoadClaims.Measure),
};

var only = new Option<string>("--only") { Description = "Measure only claims whose name begins with this.", DefaultValueFactory = _ => "" };
var output = new Option<string>("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
output.AcceptOnlyFromAmong("text", "json");
var claims = new Command("claims", "Measures every claim: medians, in network namespaces of its own. Exit code 1: a claim does not hold.") { only, output };
claims.SetAction(parsed =>
{
    var prefix = parsed.GetValue(only)!;
    var held = true;
    foreach (var group in groups.Where(group => group.Prefix.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(group.Prefix, StringComparison.Ordinal)))
    {
        foreach (var claim in group.Measure().Where(claim => claim.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            held &= claim.Ok;
            Console.WriteLine(parsed.GetValue(output) == "json" ? claim.ToJson() : claim.ToString());
        }
    }

    return held ? 0 : 1;
});
var thing = new Argument<string>("thing");
thing.AcceptOnlyFromAmong([.. Probe.All.Keys]);
var probe = new Command(Probe.Command, "Runs one thing alone and prints the most memory that this process had resident, in KiB.") { thing };
probe.SetAction(parsed => Probe.Run(parsed.GetValue(thing)!));
return new RootCommand("Benchmarks of EdgeAgent.") { claims, probe, WorldsCommand.Create(), LoadCommand.Create() }.Parse(args).Invoke();
