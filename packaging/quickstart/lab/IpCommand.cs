using System.Diagnostics;

namespace EdgeAgent.Lab;

/// <summary>Runs <c>ip</c> of iproute2.</summary>
internal static class IpCommand
{
    /// <summary>Runs a row of commands in one process, inside a network namespace or, with null, right here.</summary>
    /// <exception cref="LabException">One of them failed; the others after it were not run.</exception>
    public static void Batch(string? networkNamespace, IReadOnlyList<string> commands)
    {
        var start = new ProcessStartInfo("ip") { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var argument in networkNamespace is null ? [] : new[] { "-n", networkNamespace })
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add("-batch");
        start.ArgumentList.Add("-");
        using var process = Start(start);
        foreach (var command in commands)
            process.StandardInput.WriteLine(command);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new LabException($"ip {string.Join(' ', start.ArgumentList)}: {errors.Trim()}\n{string.Join('\n', commands)}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LabException($"cannot run ip: {e.Message}; expected iproute2 to be installed");
        }
    }
}
