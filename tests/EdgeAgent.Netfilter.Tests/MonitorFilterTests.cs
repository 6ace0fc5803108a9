using System.Buffers.Binary;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

public sealed class MonitorFilterTests
{
    private const ushort NewGeneration = 0x0a0f, NewElement = 0x0a0c;
    private const uint Own = 0x00012345, Foreign = 0x00054321;

    [Theory]
    [InlineData(NewGeneration, Own, true)]
    [InlineData(NewGeneration, Foreign, true)]
    [InlineData(NewElement, Own, false)]
    [InlineData(NewElement, Foreign, true)]
    [InlineData(NewElement, 0u, true)]
    public void The_ends_of_all_commits_and_what_others_did_pass(ushort type, uint port, bool passes) => Assert.Equal(passes, Passes(MonitorFilter.Program(Own), type, port));

    [Theory]
    [InlineData(NewGeneration)]
    [InlineData(NewElement)]
    public void Without_own_socket_everything_passes(ushort type) => Assert.True(Passes(MonitorFilter.Program(0), type, Foreign));

    [Fact]
    public void A_message_without_port_is_dropped() => Assert.False(Run(MonitorFilter.Program(Own), new byte[10]));

    private static bool Passes(SocketFilter[] program, ushort type, uint port)
    {
        using var buffer = new MessageBuffer();
        using (var message = buffer.Begin(type, 0, 1))
            message.Fixed(4);
        var bytes = buffer.Written.ToArray();
        BitConverter.TryWriteBytes(bytes.AsSpan(12), port);
        return Run(program, bytes);
    }

    // The four instructions of classic BPF that are used (Documentation/networking/filter.rst).
    private static bool Run(SocketFilter[] program, byte[] packet)
    {
        uint accumulator = 0;
        for (var at = 0; ; at++)
        {
            var (code, jumpTrue, jumpFalse, operand) = program[at];
            switch (code)
            {
                case 0x20 when operand + 4 <= packet.Length:
                    accumulator = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan((int)operand));
                    break;
                case 0x28 when operand + 2 <= packet.Length:
                    accumulator = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan((int)operand));
                    break;
                case 0x15:
                    at += accumulator == operand ? jumpTrue : jumpFalse;
                    break;
                case 0x06:
                    return operand != 0;
                case 0x20 or 0x28:
                    return false;
                default:
                    throw new InvalidOperationException($"code 0x{code:x}");
            }
        }
    }
}
