using System.IO.Compression;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Wire.V1;
using Google.Protobuf;

namespace EdgeAgent.Daemon;

/// <summary>The text of what the kernel holds, for the control plane to keep as evidence.</summary>
internal sealed class RulesetEvidence(IBackend backend)
{
    private const int LongestText = 8 << 20;
    private const int LongestCompressed = 2 << 20;

    /// <summary>The ruleset with a kernel digest; null where the kernel holds another by now, or its text is longer than agreed.</summary>
    internal RulesetText? Of(Digest digest)
    {
        if (backend.TextsOf(digest) is not { } texts)
            return null;
        var proof = Compress(texts.Proof);
        var full = texts.Full is { Length: <= LongestText } text ? Compress(text) : [];
        return proof.Length > LongestCompressed ? null : new()
        {
            Digest = digest.Hex,
            Proof = ByteString.CopyFrom(proof),
            Full = full.Length <= LongestCompressed ? ByteString.CopyFrom(full) : ByteString.Empty,
        };
    }

    private static byte[] Compress(string text)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
            brotli.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
