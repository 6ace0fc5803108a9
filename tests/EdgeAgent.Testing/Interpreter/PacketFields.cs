using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>What loads find in a packet.</summary>
internal static class PacketFields
{
    public static byte[] Meta(KernelPacket packet, MetaKey key) => key switch
    {
        MetaKey.Family => [(byte)(packet.Source.Family == IpFamily.V4 ? 2 : 10)],
        MetaKey.TransportProtocol => [packet.Protocol.Number],
        MetaKey.InputInterface => BitConverter.GetBytes(packet.InputInterface),
        MetaKey.OutputInterface => BitConverter.GetBytes(packet.OutputInterface),
        MetaKey.InputInterfaceName => Name(packet.InputInterfaceName),
        MetaKey.OutputInterfaceName => Name(packet.OutputInterfaceName),
        _ => throw new InvalidRulesetException($"the interpreter knows no {key}"),
    };

    private static byte[] Name(string name) => Encoding.ASCII.GetBytes(name.PadRight(16, '\0'));

    /// <summary>The bytes; null where the packet is too short, which ends the rule.</summary>
    public static byte[]? Payload(KernelPacket packet, LoadPayload load)
    {
        var header = load.Base == PayloadBase.Network ? packet.NetworkHeader() : packet.Transport.AsSpan();
        return load.Offset + load.Length <= header.Length ? header.Slice(load.Offset, load.Length).ToArray() : null;
    }
}
