namespace EdgeAgent.Daemon;

/// <summary><c>edgeagent show</c>: the content that the kernel is to have of us, as canonical text.</summary>
internal static class ShowCommand
{
    internal static int Run(string stateDirectory, TextWriter output)
    {
        output.Write(Backends.Show(KeptBackend.Of(stateDirectory), KeptPolicy.Read(stateDirectory)));
        return ExitCodes.Done;
    }
}
