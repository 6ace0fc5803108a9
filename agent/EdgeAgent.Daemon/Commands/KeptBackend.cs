namespace EdgeAgent.Daemon;

/// <summary>The backend that an agent of a state directory used, for commands that work without the agent.</summary>
internal static class KeptBackend
{
    /// <summary>The backend; nftables where no agent has changed the kernel yet.</summary>
    internal static BackendKind Of(string stateDirectory) =>
        new StateNotes(StateDirectory.Open(stateDirectory), new DurableFiles()).Backend() ?? BackendKind.Nftables;
}
