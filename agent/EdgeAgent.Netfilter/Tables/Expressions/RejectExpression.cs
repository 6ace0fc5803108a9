using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_reject in an inet table (NFTA_REJECT_*, enum nft_reject_inet_code).</summary>
internal static class RejectExpression
{
    internal const string Name = "reject";
    private const ushort Type = 1, Code = 2;
    private const uint TcpReset = 1, InetUnreachable = 2;
    private const byte AdministrativelyProhibited = 3;

    internal static void Write(MessageWriter message, Reject expression)
    {
        switch (expression.Kind)
        {
            case RejectKind.TcpReset:
                message.PutUInt32BigEndian(Type, TcpReset);
                break;
            case RejectKind.AdministrativelyProhibited:
                message.PutUInt32BigEndian(Type, InetUnreachable);
                message.PutByte(Code, AdministrativelyProhibited);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(expression), expression.Kind, "a reject that the kernel has no number for");
        }
    }

    internal static Expression? Read(AttributeReader data) => data.Number(Type) switch
    {
        TcpReset => new Reject(RejectKind.TcpReset),
        InetUnreachable when data.TryFind(Code, out var code) && code.AsByte() == AdministrativelyProhibited => new Reject(RejectKind.AdministrativelyProhibited),
        _ => null,
    };
}
