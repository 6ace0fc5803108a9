using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>Whether the process can do its work: the writer takes its turn, and the store can be read.</summary>
internal sealed class Liveness(RevisionWriter writer, RevisionLog log)
{
    /// <summary>What keeps the process from its work; null for nothing.</summary>
    public async Task<string?> ProblemAsync(TimeSpan patience)
    {
        try
        {
            await writer.PingAsync().WaitAsync(patience);
            await Task.Run(() => log.Newest).WaitAsync(patience);
            return null;
        }
        catch (TimeoutException)
        {
            return $"no answer of the writer or the store within {patience.TotalSeconds} s";
        }
        catch (OperationCanceledException)
        {
            return "stopping";
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }
}
