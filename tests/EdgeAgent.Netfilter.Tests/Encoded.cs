using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter.Tests;

/// <summary>Operations encoded as a batch, and its messages one by one.</summary>
internal static class Encoded
{
    internal static byte[] Batch(params IEnumerable<Operation> operations) => Batch(null, operations);

    internal static byte[] Batch(uint? generation, IEnumerable<Operation> operations)
    {
        uint sequence = 0;
        using var encoder = new BatchEncoder(() => ++sequence);
        encoder.Begin(generation);
        foreach (var operation in operations)
            encoder.Add(operation);
        encoder.End();
        return encoder.Buffer.Written.ToArray();
    }

    /// <summary>The messages between begin and end, each as its own bytes.</summary>
    internal static List<byte[]> Messages(byte[] batch)
    {
        var messages = new List<byte[]>();
        for (var at = 0; at < batch.Length; at += Alignment.Up(BitConverter.ToInt32(batch, at)))
            messages.Add(batch[at..(at + BitConverter.ToInt32(batch, at))]);
        return messages[1..^1];
    }

    internal static NetlinkMessage Read(byte[] message)
    {
        var reader = new MessageReader(message);
        Assert.True(reader.MoveNext());
        return reader.Current;
    }

    internal static NetlinkMessage One(Operation operation) => Read(Assert.Single(Messages(Batch(operation))));
}
