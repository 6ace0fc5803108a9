using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Writes messages of the Domain Name System byte by byte, for what a name server sends.</summary>
internal sealed class Message
{
    internal const ushort A = 1, CName = 5, Soa = 6, Aaaa = 28;

    private readonly List<byte> _bytes = [];

    /// <summary>A message that repeats a question.</summary>
    internal Message(ushort id, string name, ushort type, int code = 0, int flags = 0x8180, int answers = 0, int authorities = 0, int questions = 1)
    {
        foreach (var number in new[] { id, flags | code, questions, answers, authorities, 0 })
            Number(number);
        if (questions > 0)
            Name(name).Number(type).Number(1);
    }

    internal byte[] Bytes => [.. _bytes];

    internal int Length => _bytes.Count;

    /// <summary>An answer with the addresses of a name.</summary>
    internal static byte[] Answer(ushort id, string name, ushort type, uint life, IEnumerable<string> addresses, int flags = 0x8180)
    {
        var own = addresses.Select(IPAddress.Parse).Where(address => address.GetAddressBytes().Length == (type == A ? 4 : 16)).ToList();
        var message = new Message(id, name, type, flags: flags, answers: own.Count, authorities: own.Count == 0 ? 1 : 0);
        foreach (var address in own)
            message.Record(name, type, life, address.GetAddressBytes());
        return own.Count == 0 ? message.Start(life).Bytes : message.Bytes;
    }

    /// <summary>The start of authority, which says how long a negative answer holds.</summary>
    internal Message Start(uint life)
    {
        var body = new Message(0, "", 0, questions: 0);
        body._bytes.Clear();
        body.Name("ns.example.com").Name("root.example.com").Number32(1).Number32(2).Number32(3).Number32(4).Number32(life);
        return Record("example.com", Soa, life, body.Bytes);
    }

    internal Message Alias(string name, string target, uint life)
    {
        var body = new Message(0, "", 0, questions: 0);
        body._bytes.Clear();
        return Record(name, CName, life, body.Name(target).Bytes);
    }

    internal Message Record(string name, int type, uint life, byte[] data)
    {
        Name(name).Number(type).Number(1).Number32(life).Number(data.Length);
        _bytes.AddRange(data);
        return this;
    }

    internal Message Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    internal Message Name(string name)
    {
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            _bytes.Add((byte)label.Length);
            _bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }

        _bytes.Add(0);
        return this;
    }

    internal Message Number(int number)
    {
        var two = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, (ushort)number);
        _bytes.AddRange(two);
        return this;
    }

    internal Message Number32(uint number)
    {
        var four = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, number);
        _bytes.AddRange(four);
        return this;
    }
}
