using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class HashChainTests
{
    private static readonly byte[] Previous = SHA256.HashData("the row before"u8);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(450)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1_000_000)]
    public void A_row_is_hashed_as_its_fields_one_after_another_however_long_they_are(int length)
    {
        var text = new string('ü', length / 2) + new string('x', length % 2);

        using var chain = HashChain.After(Previous);
        var hash = chain.Add(7).Add(text).Add((string?)null).Add("short").Add(text).Add(-3).End();

        byte[] bytes = [.. Previous, .. Number(7), .. Text(text), .. Number(-1), .. Text("short"), .. Text(text), .. Number(-3)];
        Assert.Equal(SHA256.HashData(bytes), hash);
    }

    private static byte[] Number(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. Number(bytes.Length), .. bytes];
    }
}
