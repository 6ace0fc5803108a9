using System.Runtime.InteropServices;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netlink.Tests;

public sealed class SocketFilterTests
{
    [Fact]
    public void One_type_is_loaded_compared_and_let_through() =>
        // ldh [4]; jeq #0x0f0a, 0, 1; ret #-1; ret #0
        Assert.Equal(
            "2800000004000000" + "150000010a0f0000" + "06000000ffffffff" + "0600000000000000",
            Convert.ToHexStringLower(MemoryMarshal.AsBytes(new[] { SocketFilter.LoadHalf(4), SocketFilter.JumpIfEqual(SocketFilter.AsLoaded((ushort)0x0a0f), 0, 1), SocketFilter.Accept, SocketFilter.Reject }.AsSpan())));
}
