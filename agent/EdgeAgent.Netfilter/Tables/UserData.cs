using System.Text;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// The notes that nft keeps beside objects: a row of (u8 type, u8 length, bytes), opaque to the kernel (libnftnl/udata.h).
/// Comments of tables, chains and rules are type 0, with a terminating NUL.
/// </summary>
internal static class UserData
{
    /// <summary>NFTNL_UDATA_COMMENT_MAXLEN: bytes of a comment that nft accepts, NUL included.</summary>
    internal const int LongestComment = 128;

    private const byte CommentType = 0;
    private const byte KeyByteOrderType = 0;
    private const byte BigEndian = 2;

    internal static void WriteComment(MessageWriter message, ushort attribute, string comment)
    {
        var length = Encoding.UTF8.GetByteCount(comment) + 1;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestComment, nameof(comment));
        var payload = message.Reserve(attribute, 2 + length);
        payload[0] = CommentType;
        payload[1] = (byte)length;
        Encoding.UTF8.GetBytes(comment, payload[2..]);
    }

    /// <summary>Says that a set's keys lie in network order, so that nft prints them as what their type says.</summary>
    internal static void WriteKeyByteOrder(MessageWriter message, ushort attribute) =>
        message.Put(attribute, [KeyByteOrderType, 4, BigEndian, 0, 0, 0]);

    /// <summary>The comment in it, or null. Anything malformed has no comment: any process may write here.</summary>
    internal static string? ReadComment(ReadOnlySpan<byte> userData)
    {
        while (userData.Length >= 2)
        {
            var length = userData[1];
            if (2 + length > userData.Length)
                return null;
            if (userData[0] == CommentType)
            {
                var text = userData.Slice(2, length);
                var end = text.IndexOf((byte)0);
                return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
            }

            userData = userData[(2 + length)..];
        }

        return null;
    }
}
