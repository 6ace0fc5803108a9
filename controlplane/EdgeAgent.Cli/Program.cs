using EdgeAgent.Cli;

var terminal = Terminal.OfProcess();
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
var exitCode = await Edgectl.RunAsync(args, terminal, interrupted.Token);
await terminal.Output.FlushAsync();
return exitCode;
