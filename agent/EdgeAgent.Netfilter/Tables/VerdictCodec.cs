using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>NFTA_DATA_*: the data of an expression or element, which is either a value or a verdict.</summary>
internal static class VerdictCodec
{
    private const ushort Value = 1, Verdict = 2;
    private const ushort Code = 1, Chain = 2;

    internal static void WriteValue(MessageWriter message, ushort attribute, ReadOnlySpan<byte> value)
    {
        using (message.Nest(attribute))
            message.Put(Value, value);
    }

    internal static ReadOnlySpan<byte> ReadValue(AttributeReader row, ushort attribute) => row.Inside(attribute).Bytes(Value);

    internal static void WriteVerdict(MessageWriter message, ushort attribute, ChainVerdict verdict)
    {
        using (message.Nest(attribute))
        using (message.Nest(Verdict))
        {
            message.PutUInt32BigEndian(Code, unchecked((uint)verdict.Code));
            if (verdict.Chain is not null)
                message.PutString(Chain, verdict.Chain);
        }
    }

    /// <summary>The verdict, or null if there is none or it is not one of the model's.</summary>
    internal static ChainVerdict? ReadVerdict(AttributeReader row, ushort attribute) => ReadVerdictInside(row.Inside(attribute));

    /// <summary>The same, from the attributes inside the data.</summary>
    internal static ChainVerdict? ReadVerdictInside(AttributeReader data)
    {
        var verdict = data.Inside(Verdict);
        if (verdict.Number(Code) is not { } number)
            return null;
        var code = (VerdictCode)unchecked((int)number);
        var chain = verdict.Text(Chain);
        var goesSomewhere = code is VerdictCode.Jump or VerdictCode.Goto;
        return Enum.IsDefined(code) && goesSomewhere == chain is not null ? new ChainVerdict(code, chain) : null;
    }
}
