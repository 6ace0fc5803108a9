using EdgeAgent.Dataplane;

namespace EdgeAgent.Daemon;

/// <summary><c>edgeagent show</c>: the content that our table is to have, as canonical text.</summary>
internal static class ShowCommand
{
    internal static int Run(string stateDirectory, TextWriter output)
    {
        output.Write(RulesetText.Of(Desired.Of(KeptPolicy.Read(stateDirectory), held: null)));
        return ExitCodes.Done;
    }
}
