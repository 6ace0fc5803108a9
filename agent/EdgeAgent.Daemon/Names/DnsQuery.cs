using System.Buffers.Binary;
using System.Text;

namespace EdgeAgent.Daemon;

/// <summary>A question to a name server.</summary>
/// <param name="Id">A number that the answer must bear; random.</param>
/// <param name="Name">The name, absolute and in lower case.</param>
/// <param name="Type">What is asked.</param>
public readonly record struct DnsQuery(ushort Id, string Name, RecordType Type)
{
    /// <summary>The class of the internet.</summary>
    public const ushort Internet = 1;

    /// <summary>The size of answers over UDP that is asked for: one that no common path has to cut into fragments (DNS flag day 2020).</summary>
    public const ushort LargestDatagram = 1232;

    private const ushort RecursionDesired = 0x0100;

    /// <summary>The question as a message (RFC 1035, 4.1).</summary>
    /// <param name="extended">Whether to say that longer answers can be received (EDNS0, RFC 6891); some old servers refuse to hear it.</param>
    public byte[] ToMessage(bool extended)
    {
        var bytes = new List<byte>(Name.Length + 32);
        foreach (var number in (ReadOnlySpan<ushort>)[Id, RecursionDesired, 1, 0, 0, (ushort)(extended ? 1 : 0)])
            Add(bytes, number);
        foreach (var label in Name.Split('.'))
        {
            bytes.Add(checked((byte)label.Length));
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.Add(0);
        Add(bytes, (ushort)Type);
        Add(bytes, Internet);
        if (extended)
        {
            bytes.Add(0);
            Add(bytes, (ushort)RecordType.Opt);
            Add(bytes, LargestDatagram);
            bytes.AddRange(new byte[6]);
        }

        return [.. bytes];
    }

    private static void Add(List<byte> bytes, ushort number)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, number);
        bytes.AddRange(two);
    }
}
