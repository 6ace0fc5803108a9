using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class EstablishedSocketsTests
{
    // As the kernel prints them on a little-endian machine: listening on 8080 and [::]:9080.
    private static readonly string[] Lines =
    [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1",
        "   1: 0600000A:1F90 0100000A:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2",
        "   2: 0600000A:9C41 0900000A:0CEA 08 00000000:00000000 00:00000000 00000000     0        0 3",
        "   3: 0600000A:9C42 0900000A:0CEA 06 00000000:00000000 00:00000000 00000000     0        0 4",
        "   0: 00000000000000000000000000000000:2378 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5",
        "   1: 0000000000000000FFFF00000600000A:2378 0000000000000000FFFF00000100000A:9C43 01 00000000:00000000 00:00000000 00000000     0        0 6",
        "   2: 000000FD000000000000000006000000:9C44 000000FD000000000000000001000000:2378 01 00000000:00000000 00:00000000 00000000     0        0 7",
        "   broken line 01",
    ];

    [Fact]
    public void Connections_are_read_in_the_direction_that_they_were_opened_in()
    {
        Assert.Equal(
            [
                "TCP 10.0.0.1 40000 > 10.0.0.6 8080",
                "TCP 10.0.0.6 40001 > 10.0.0.9 3306",
                "TCP 10.0.0.1 40003 > 10.0.0.6 9080",
                "TCP fd00::6 40004 > fd00::1 9080",
            ],
            EstablishedSockets.Parse(Lines).Select(flow => flow.ToString()));
    }
}
