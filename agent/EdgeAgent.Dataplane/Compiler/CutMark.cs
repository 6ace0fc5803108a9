namespace EdgeAgent.Dataplane;

/// <summary>
/// The bit of the connection mark that says "this flow was allowed once and is denied now". The base chains drop by it before they accept
/// what is established, in both directions. Forgetting the flow instead would not do: the next packet of the side that policy does not stop,
/// a retransmission for instance, would be tracked as the first of a new flow in its own direction, and let the other side's answers pass.
/// </summary>
public static class CutMark
{
    /// <summary>
    /// Bit 30. Known users of connection marks keep away from it (Istio 0x539, AWS 0x80, mwan3 0x3f00, Tailscale 0xff0000), and only it is ever
    /// changed. Who overwrites whole marks after our chains can only do so for packets that we did not drop.
    /// </summary>
    public const uint Bit = 0x4000_0000;
}
