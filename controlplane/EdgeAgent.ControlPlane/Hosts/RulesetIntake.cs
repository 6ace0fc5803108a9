using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Asks hosts for the text of what their kernels hold, each digest once for all hosts, and a few at a time.</summary>
internal sealed partial class RulesetIntake(RulesetTable rulesets, TimeProvider time, ILogger<RulesetIntake> logger)
{
    private const int MostAsked = 8;
    private const int LongestProof = 4 << 20;
    private const int LongestCompressed = 2 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, long> _asked = [];

    /// <summary>What to ask a host that reports a kernel digest; null for nothing.</summary>
    public Command? Ask(Digest digest)
    {
        if (digest.IsNone || rulesets.Holds(digest))
            return null;
        lock (_lock)
        {
            foreach (var forgotten in _asked.Where(asked => time.GetElapsedTime(asked.Value) > Patience).Select(asked => asked.Key).ToList())
                _asked.Remove(forgotten);
            if (_asked.Count >= MostAsked || !_asked.TryAdd(digest, time.GetTimestamp()))
                return null;
        }

        return new() { SendRuleset = new() { Digest = digest.Hex } };
    }

    /// <summary>Keeps what a host was asked for.</summary>
    /// <exception cref="WireFormatException">It is not what its digest says.</exception>
    public void Take(RulesetText text)
    {
        var digest = SetMapping.DigestFromWire(text.Digest, "digest of a ruleset");
        lock (_lock)
        {
            // What comes too late is asked for again after the host's next report.
            if (!_asked.ContainsKey(digest))
                return;
        }

        try
        {
            if (text.Proof.Length > LongestCompressed || text.Full.Length > LongestCompressed)
                throw new WireFormatException($"a ruleset of {Math.Max(text.Proof.Length, text.Full.Length)} bytes; expected at most {LongestCompressed}");
            if (DigestOf(text.Proof.Span) != digest)
                throw new WireFormatException($"a ruleset whose text does not have the digest {digest.Short}");
            rulesets.Put(new(digest, time.GetUtcNow(), text.Proof.ToByteArray(), text.Full.ToByteArray()));
        }
        catch (StoreException e)
        {
            LogNotKept(digest, e.Message);
        }
        finally
        {
            lock (_lock)
                _asked.Remove(digest);
        }
    }

    /// <summary>The digest of what compressed bytes stand for. They are unpacked a piece at a time: the whole is megabytes for each kind of host.</summary>
    private static Digest DigestOf(ReadOnlySpan<byte> compressed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> piece = stackalloc byte[16 * 1024];
        var decoder = default(BrotliDecoder);
        try
        {
            for (var length = 0; length <= LongestProof;)
            {
                var status = decoder.Decompress(compressed, piece, out var read, out var written);
                compressed = compressed[read..];
                hash.AppendData(piece[..written]);
                length += written;
                if (status == OperationStatus.Done && compressed.IsEmpty && length <= LongestProof)
                    return Digest.Read(hash.GetHashAndReset());
                if (status != OperationStatus.DestinationTooSmall)
                    break;
            }
        }
        finally
        {
            decoder.Dispose();
        }

        // A few bytes can stand for gigabytes: what is longer than agreed is not unpacked to its end.
        throw new WireFormatException($"a ruleset that cannot be unpacked into {LongestProof} bytes");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The text of ruleset {Digest} could not be stored: {Reason}")]
    private partial void LogNotKept(Digest digest, string reason);
}
