using System.Security.Cryptography;
using System.Text.Json;
using EdgeAgent.Cli.Output;
using EdgeAgent.Wire.V1;
using Google.Protobuf;

namespace EdgeAgent.Cli.Audit;

/// <summary>The ends of the logs in JSON: what is noted today is compared with tomorrow.</summary>
internal static class HeadsJson
{
    /// <summary>Writes the fields <c>findings</c>, <c>heads</c> and <c>publicKey</c>.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<AuditFinding> findings, IEnumerable<AuditHead> heads, ByteString publicKey)
    {
        json.WriteObjects("findings", findings, finding =>
        {
            json.WriteString("log", finding.Log);
            json.WriteNumber("number", finding.Number);
            json.WriteString("what", finding.What);
        });
        json.WriteObjects("heads", heads, head =>
        {
            json.WriteString("log", head.Log);
            json.WriteNumber("number", head.Number);
            json.WriteString("hash", Convert.ToHexStringLower(head.Hash.Span));
            json.WriteBase64String("signature", head.Signature.Span);
        });
        json.WriteBase64String("publicKey", publicKey.Span);
    }

    /// <summary>Reads the heads out of what was written before, by <c>audit verify -o json</c> or <c>audit export</c>.</summary>
    /// <exception cref="CommandFailure">The file cannot be read, or holds none.</exception>
    public static IReadOnlyList<AuditHead> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.GetProperty("heads").EnumerateArray().Select(head => new AuditHead
            {
                Log = head.GetProperty("log").GetString() ?? "",
                Number = head.GetProperty("number").GetInt64(),
                Hash = ByteString.CopyFrom(Convert.FromHexString(head.GetProperty("hash").GetString() ?? "")),
            })];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw CommandFailure.BadInput($"{path}: {e.Message.TrimEnd('.')}; expected what 'edgectl audit verify -o json' or 'edgectl audit export --format json' wrote");
        }
    }

    /// <summary>A short name of a key: the beginning of its SHA-256.</summary>
    public static string Fingerprint(ByteString publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey.Span))[..32];
}
