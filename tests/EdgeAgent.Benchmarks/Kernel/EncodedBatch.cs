using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Benchmarks;

/// <summary>The bytes of transactions, to be sent as they are: what the kernel alone takes.</summary>
internal static class EncodedBatch
{
    /// <summary>Encodes each transaction.</summary>
    public static IReadOnlyList<byte[]> Of(UpdatePlan plan) => plan.Transactions.Select(Of).ToList();

    /// <summary>Encodes one transaction.</summary>
    public static byte[] Of(Transaction transaction)
    {
        var number = 0u;
        using var encoder = new BatchEncoder(() => ++number);
        Write(encoder, transaction);
        return encoder.Buffer.Written.ToArray();
    }

    /// <summary>Writes a transaction.</summary>
    public static void Write(BatchEncoder encoder, Transaction transaction)
    {
        encoder.Begin(null);
        foreach (var operation in transaction.Operations)
            encoder.Add(operation);
        encoder.End();
    }

    /// <summary>Sends batches in a namespace and gives the milliseconds that the kernel took.</summary>
    public static double Replay(string networkNamespace, IReadOnlyList<byte[]> batches)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = networkNamespace });
        socket.SetSendBuffer(batches.Max(batch => batch.Length) + 4096);
        var answer = new byte[1 << 16];
        return Median.Time(() =>
        {
            foreach (var batch in batches)
            {
                socket.Send(batch);
                while (socket.TryReceive(answer, out _))
                {
                }
            }
        });
    }
}
