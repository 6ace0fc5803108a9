using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>Whether the process lives, and whether it can do all of its work.</summary>
internal sealed class Liveness(RevisionWriter writer, RevisionLog log)
{
    /// <summary>What keeps the process from its work; null for nothing.</summary>
    public async Task<string?> ProblemAsync(TimeSpan patience)
    {
        try
        {
            if (await StandstillAsync(patience) is { } problem)
                return problem;
            await Task.Run(() => log.Newest).WaitAsync(patience);
            return null;
        }
        catch (TimeoutException)
        {
            return $"no answer of the store within {patience.TotalSeconds} s";
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Why a restart could help; null for no reason. A store that cannot be reached is none: hosts are served without it, and would lose
    /// their control plane.
    /// </summary>
    public async Task<string?> StandstillAsync(TimeSpan patience)
    {
        try
        {
            await writer.PingAsync().WaitAsync(patience);
            return null;
        }
        catch (TimeoutException)
        {
            return $"no answer of the writer within {patience.TotalSeconds} s";
        }
        catch (OperationCanceledException)
        {
            return "stopping";
        }
    }
}
