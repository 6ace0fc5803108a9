namespace EdgeAgent.Lab;

/// <summary>Tries every flow for real, all at once.</summary>
public static class Measurement
{
    /// <summary>Makes one attempt for each expectation.</summary>
    /// <exception cref="LabException">An expectation names a node that the lab does not have.</exception>
    public static async Task<IReadOnlyList<Cell>> RunAsync(Topology topology, IReadOnlyList<Expectation> expectations)
    {
        ArgumentNullException.ThrowIfNull(topology);
        var attempts = new List<Task<Cell>>();
        foreach (var flows in expectations.GroupBy(expectation => expectation.From))
        {
            var source = topology.Find(flows.Key);
            var sockets = Attempt.OpenSockets(source, flows.Count());
            attempts.AddRange(flows.Zip(sockets, async (flow, socket) =>
            {
                var destination = topology.Find(flow.To);
                var (outcome, detail) = await Attempt.RunAsync(socket, source, destination, flow.Port);
                return new Cell(source, destination, flow.Port, flow.Allowed, outcome, detail);
            }));
        }

        return await Task.WhenAll(attempts);
    }
}
