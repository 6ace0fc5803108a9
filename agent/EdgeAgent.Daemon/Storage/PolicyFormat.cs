using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using Google.Protobuf;

namespace EdgeAgent.Daemon;

/// <summary>
/// A policy as a file: a line that names the format, the SHA-256 of the rest, then the wire's snapshot, its failsafes and the control
/// plane's statement about it, each with its length before it. Every altered, missing or added byte is noticed.
/// </summary>
public static class PolicyFormat
{
    // A policy is kept again when one of its sets changed; the others are not encoded anew.
    private static readonly ConditionalWeakTable<AddressSet, Wire.V1.AddressSet> Encodings = [];

    private static ReadOnlySpan<byte> Header => "edgeagent policy 2\n"u8;

    // Of agents from before policies were signed: without a statement at the end.
    private static ReadOnlySpan<byte> UnsignedHeader => "edgeagent policy 1\n"u8;

    /// <summary>To bytes.</summary>
    public static byte[] Write(Enforcement enforcement)
    {
        using var body = new MemoryStream();
        HostPolicyMapping.ToWire(enforcement.Policy.Policy, encode: set => Encodings.GetValue(set, SetMapping.ToWire), digest: enforcement.Policy.Digest).WriteDelimitedTo(body);
        var failsafes = new Wire.V1.Welcome { FailsafesGiven = enforcement.FailsafesGiven };
        failsafes.Failsafes.AddRange(enforcement.Failsafes.Select(FailsafeMapping.ToWire));
        failsafes.WriteDelimitedTo(body);
        (enforcement.Policy.Statement ?? new()).WriteDelimitedTo(body);
        var bytes = body.ToArray();
        return [.. Header, .. SHA256.HashData(bytes), .. bytes];
    }

    /// <summary>From bytes.</summary>
    /// <exception cref="CorruptCacheException">They are not exactly what was written.</exception>
    public static Enforcement Read(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var isUnsigned = file.AsSpan().StartsWith(UnsignedHeader);
        if (!isUnsigned && !file.AsSpan().StartsWith(Header))
            throw new CorruptCacheException("it does not begin as a policy of this format; expected 'edgeagent policy 2', or 1");
        var start = Header.Length + SHA256.HashSizeInBytes;
        if (file.Length < start)
            throw new CorruptCacheException($"it is cut off after {file.Length} bytes; expected a checksum");
        var checksum = file.AsSpan(Header.Length, SHA256.HashSizeInBytes);
        var body = file.AsSpan(start);
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(checksum))
            throw new CorruptCacheException($"its content of {body.Length} bytes does not have the checksum {Convert.ToHexStringLower(checksum)[..12]}; it was cut off or altered");
        try
        {
            using var stream = new MemoryStream(file, start, body.Length, writable: false);
            var policy = HostPolicyMapping.FromWire(Wire.V1.Snapshot.Parser.ParseDelimitedFrom(stream));
            var failsafes = Wire.V1.Welcome.Parser.ParseDelimitedFrom(stream);
            var statement = isUnsigned ? new() : Wire.V1.Statement.Parser.ParseDelimitedFrom(stream);
            return new(PolicyVersion.Of(policy) with { Statement = statement.Signature.IsEmpty ? null : statement }, failsafes.Failsafes.Select(FailsafeMapping.FromWire).ToEquatableArray(), failsafes.FailsafesGiven);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or WireFormatException)
        {
            throw new CorruptCacheException(e.Message);
        }
    }
}

/// <summary>A file of the state directory that is not what the agent wrote: says what is wrong.</summary>
public sealed class CorruptCacheException(string message) : Exception(message);
