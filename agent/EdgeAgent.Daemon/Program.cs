using System.CommandLine;
using System.CommandLine.Invocation;
using EdgeAgent.Daemon;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

var parsed = CommandTree.Build().Parse(args);
if (parsed.Action is ParseErrorAction)
{
    foreach (var error in parsed.Errors)
        Console.Error.WriteLine($"edgeagent: {error.Message}");
    Console.Error.WriteLine("edgeagent: 'edgeagent --help' says what is expected");
    return ExitCodes.BadInput;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception e) when (e is BadInputException or DirectoryNotFoundException or UncompilablePolicyException)
{
    Console.Error.WriteLine($"edgeagent: {e.Message}");
    return ExitCodes.BadInput;
}
catch (Exception e) when (e is NetlinkException or IOException or UnauthorizedAccessException or TimeoutException)
{
    Console.Error.WriteLine($"edgeagent: {e.Message}");
    return ExitCodes.Refused;
}
