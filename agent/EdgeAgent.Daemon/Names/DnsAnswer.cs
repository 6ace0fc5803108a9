using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>What a name server says of a name.</summary>
/// <param name="Addresses">The addresses of the family that was asked for, each once; none where the name has none, or is none.</param>
/// <param name="TimeToLive">How long that holds, as the server says: the least of all records that led there.</param>
/// <param name="IsName">Whether there is such a name.</param>
public sealed record DnsAnswer(EquatableArray<IpAddress> Addresses, TimeSpan TimeToLive, bool IsName)
{
    private const int HeaderLength = 12, MostRecords = 4_096, LongestChain = 16;
    private const ushort IsResponse = 0x8000, OperationMask = 0x7800, Authoritative = 0x0400, Truncated = 0x0200, RecursionAvailable = 0x0080, CodeMask = 0x000F;

    /// <summary>How long a negative answer holds that does not say so.</summary>
    private static readonly TimeSpan Unsaid = TimeSpan.FromMinutes(1);

    private readonly record struct Alias(string Target, uint TimeToLive);

    /// <summary>Whether a message is the answer to a question: its id, and the question that it repeats.</summary>
    public static bool Belongs(ReadOnlySpan<byte> message, DnsQuery query)
    {
        try
        {
            var reader = new DnsReader(message);
            var (id, flags, questions) = (reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16());
            if (id != query.Id || (flags & (IsResponse | OperationMask)) != IsResponse)
                return false;
            // A server that does not understand the question need not repeat it.
            if (questions == 0)
                return (flags & CodeMask) != 0;
            reader.MoveTo(HeaderLength);
            return questions == 1 && reader.ReadName() == query.Name && reader.ReadUInt16() == (ushort)query.Type && reader.ReadUInt16() == DnsQuery.Internet;
        }
        catch (DnsException)
        {
            return false;
        }
    }

    /// <summary>Whether the message was cut off, and is to be asked for again over TCP.</summary>
    public static bool IsTruncated(ReadOnlySpan<byte> message) => (Flags(message) & Truncated) != 0;

    /// <summary>Whether the server did not understand what it was told of extensions.</summary>
    public static bool IsPuzzled(ReadOnlySpan<byte> message) => (Flags(message) & CodeMask) is 1 or 4;

    /// <summary>Reads the answer to a question; records that do not lead from the name that was asked for are left aside.</summary>
    /// <param name="message">A message that <see cref="Belongs"/>.</param>
    /// <param name="query">The question.</param>
    /// <exception cref="DnsException">The server could not answer, or the message is malformed.</exception>
    public static DnsAnswer Read(ReadOnlySpan<byte> message, DnsQuery query)
    {
        var reader = new DnsReader(message);
        reader.ReadUInt16();
        var flags = reader.ReadUInt16();
        var code = flags & CodeMask;
        if (code is not (0 or 3))
            throw new DnsException($"the server answers {CodeName(code)}");
        var (questions, answers, authorities) = (reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16());
        if (questions != 1 || answers + authorities > MostRecords)
            throw new DnsException($"the answer has {questions} questions and {answers + authorities} records; expected 1 and at most {MostRecords}");
        reader.MoveTo(HeaderLength);
        reader.ReadName();
        reader.ReadUInt32();
        var aliases = new Dictionary<string, Alias>(StringComparer.Ordinal);
        var found = new List<(string Owner, IpAddress Address, uint TimeToLive)>();
        for (var i = 0; i < answers; i++)
            ReadAnswer(ref reader, query.Type, aliases, found);
        var (name, least) = Follow(query.Name, aliases);
        var own = found.Where(record => record.Owner == name).ToList();
        if (own.Count > 0 && code == 0)
            return new(own.Select(record => record.Address).Distinct().Order().ToEquatableArray(), Span(own.Aggregate(least, (shortest, record) => Math.Min(shortest, record.TimeToLive))), true);
        var negative = Negative(ref reader, authorities);
        if (code == 0 && answers == 0 && negative is null && (flags & (Authoritative | RecursionAvailable)) == 0)
            throw new DnsException("the server does not look names up for others and knows nothing of this one");
        return new([], TimeSpan.FromTicks(Math.Min((negative ?? Unsaid).Ticks, Span(least).Ticks)), code == 0);
    }

    private static int Flags(ReadOnlySpan<byte> message) => message.Length < HeaderLength ? 0 : (message[2] << 8) | message[3];

    private static void ReadAnswer(ref DnsReader reader, RecordType wanted, Dictionary<string, Alias> aliases, List<(string, IpAddress, uint)> found)
    {
        var owner = reader.ReadName();
        var (type, group, life, length) = ((RecordType)reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt32(), reader.ReadUInt16());
        var end = reader.Position + length;
        if (group == DnsQuery.Internet && type == RecordType.CName)
        {
            aliases.TryAdd(owner, new(reader.ReadName(), Sane(life)));
            if (reader.Position != end)
                throw new DnsException($"an alias record says that it has {length} bytes, and has others");
        }
        else if (group == DnsQuery.Internet && type == wanted)
        {
            if (length != (type == RecordType.A ? 4 : 16))
                throw new DnsException($"an address record of {length} bytes; expected {(type == RecordType.A ? 4 : 16)}");
            found.Add((owner, IpAddress.FromBytes(reader.Take(length)), Sane(life)));
        }

        reader.MoveTo(end);
    }

    /// <summary>The name at the end of the aliases, and the least time that one of them holds.</summary>
    private static (string Name, uint TimeToLive) Follow(string name, Dictionary<string, Alias> aliases)
    {
        var least = uint.MaxValue;
        for (var i = 0; aliases.TryGetValue(name, out var alias); i++)
        {
            if (i == LongestChain)
                throw new DnsException($"more than {LongestChain} aliases follow each other");
            (name, least) = (alias.Target, Math.Min(least, alias.TimeToLive));
        }

        return (name, least);
    }

    /// <summary>How long a negative answer holds (RFC 2308, 5); null where nobody says so.</summary>
    private static TimeSpan? Negative(ref DnsReader reader, int authorities)
    {
        for (var i = 0; i < authorities; i++)
        {
            reader.ReadName();
            var (type, group, life, length) = ((RecordType)reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt32(), reader.ReadUInt16());
            var end = reader.Position + length;
            if (type == RecordType.Soa && group == DnsQuery.Internet)
            {
                reader.ReadName();
                reader.ReadName();
                reader.Take(16);
                return Span(Math.Min(Sane(life), Sane(reader.ReadUInt32())));
            }

            reader.MoveTo(end);
        }

        return null;
    }

    // RFC 2181, 8: with the highest bit set it is to be read as zero.
    private static uint Sane(uint seconds) => seconds > int.MaxValue ? 0 : seconds;

    private static TimeSpan Span(uint seconds) => TimeSpan.FromSeconds(seconds);

    private static string CodeName(int code) => code switch
    {
        1 => "FORMERR: it does not understand the question",
        2 => "SERVFAIL: it could not find out",
        4 => "NOTIMP: it does not do such things",
        5 => "REFUSED: it does not want to",
        _ => $"error {code}",
    };
}
