namespace EdgeAgent.Daemon;

/// <summary><c>edgeagent verify</c>: compares the kernel with what it must hold.</summary>
internal static class VerifyCommand
{
    internal static int Run(string stateDirectory, TextWriter output)
    {
        var enforcement = KeptPolicy.Read(stateDirectory);
        using var backend = Backends.Open(KeptBackend.Of(stateDirectory));
        var found = backend.Compare(enforcement);
        foreach (var line in found.Lines)
            output.WriteLine(line);
        if (!found.IsThere)
            output.WriteLine($"{enforcement.Policy}: the kernel has no {found.Place}");
        else if (found.Lines.Count == 0)
            output.WriteLine($"{enforcement.Policy}: the kernel holds what it must, digest {found.Digest.Short}");
        else
            output.WriteLine($"{enforcement.Policy}: {found.Lines.Count} lines differ ('-' is missing from the kernel, '+' does not belong there)");
        return found.Lines.Count == 0 ? ExitCodes.Done : ExitCodes.Negative;
    }
}
