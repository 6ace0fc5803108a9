using System.CommandLine;
using System.Diagnostics;
using EdgeAgent.Lab;
using EdgeAgent.Netlink;

// The quickstart's tool: makes the network, serves HTTP on every machine, connects for real, and damages a kernel.
var prefix = new Option<string>("--prefix") { Required = true, Description = "What the names of the network namespaces begin with." };
var hosts = new Option<string>("--hosts") { Required = true, Description = "The file of the Host documents." };
var others = new Option<string[]>("--other") { DefaultValueFactory = _ => [], Description = "A machine without agent: NAME=ADDRESS or NAME=ADDRESS:PORT." };
var expected = new Option<string>("--expected") { Required = true, Description = "What edgectl connectivity -o json said." };
var only = new Option<bool>("--only-hosts") { Description = "Leave out the machines without agent." };

var up = new Command("up", "Makes the network namespaces and the routes between them.");
up.SetAction(parsed => Topology(parsed).Fabric.Up());
var down = new Command("down", "Removes them.");
down.SetAction(parsed => Topology(parsed).Fabric.Down());
var serve = new Command("serve", "Serves HTTP on every machine until it is ended.");
serve.SetAction(async (parsed, cancellation) =>
{
    var services = Topology(parsed).Serving.SelectMany(HttpService.Start).ToList();
    Console.WriteLine($"serving on {services.Count} ports");
    await Task.WhenAll(services.Select(service => service.ServeAsync(cancellation)));
});
var probes = new Command("probes", "Writes the questions for edgectl connectivity.") { only };
probes.SetAction(parsed =>
{
    var topology = Topology(parsed);
    foreach (var line in Probes.Between([.. topology.Hosts, .. parsed.GetValue(only) ? [] : topology.Others]))
        Console.WriteLine(line);
});
var table = new Command("table", "Connects for real, and compares every connection with what was expected. Exit code 1: one was otherwise.") { expected };
table.SetAction(async (parsed, _) =>
{
    var clock = Stopwatch.StartNew();
    var cells = await Measurement.RunAsync(Topology(parsed), Expectation.Read(File.ReadLines(parsed.GetValue(expected)!)));
    CellTable.Write(Console.Out, cells, !Console.IsOutputRedirected);
    Console.WriteLine($"  {CellTable.Summary(cells)}; {clock.Elapsed.TotalSeconds:0.0} s");
    return cells.All(cell => cell.IsRight) ? 0 : 1;
});

var flush = new Command("flush", "Deletes every table of the network namespace that it is run in, as 'nft flush ruleset' does.");
flush.SetAction(_ => RulesetFlush.Run());

var root = new RootCommand("The lab of the quickstart.") { up, down, serve, probes, table, flush };
foreach (var command in new[] { up, down, serve, probes, table })
{
    command.Options.Add(prefix);
    command.Options.Add(hosts);
    command.Options.Add(others);
}

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is LabException or NetlinkException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"edgelab: {e.Message}");
    return 1;
}

Topology Topology(ParseResult parsed) =>
    EdgeAgent.Lab.Topology.Read(parsed.GetValue(prefix)!, parsed.GetValue(hosts)!, parsed.GetValue(others)!);
