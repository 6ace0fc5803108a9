using System.Text.Json;

namespace EdgeAgent.Daemon;

/// <summary><c>edgeagent status</c>: what the agent last said of its host.</summary>
internal static class StatusCommand
{
    internal static int Run(string stateDirectory, bool json, TextWriter output)
    {
        var directory = StateDirectory.Open(stateDirectory);
        if (!File.Exists(directory.Status))
            throw new BadInputException($"{directory.Status} is not there; expected the status of an agent that ran with this state directory");
        StatusDocument status;
        try
        {
            status = StatusDocument.Parse(File.ReadAllBytes(directory.Status)) with { Running = IsRunning(directory) };
        }
        catch (JsonException e)
        {
            throw new BadInputException($"{directory.Status}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: {e.Message}");
        }

        if (json)
            output.WriteLine(System.Text.Encoding.UTF8.GetString(status.ToJson()));
        else
            StatusTable.Write(status, output);
        return ExitCodes.Done;
    }

    private static bool IsRunning(StateDirectory directory)
    {
        using var free = FileLock.TryTake(directory.AgentLock);
        return free is null;
    }
}
