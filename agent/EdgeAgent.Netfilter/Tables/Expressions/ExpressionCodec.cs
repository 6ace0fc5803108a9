using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>The list of a rule's expressions: NFTA_LIST_ELEM{NFTA_EXPR_NAME, NFTA_EXPR_DATA{...}} for each.</summary>
internal static class ExpressionCodec
{
    private const ushort ListElement = 1, Name = 1, Data = 2;

    internal static void Write(MessageWriter message, Expression expression)
    {
        using var element = message.Nest(ListElement);
        message.PutString(Name, NameOf(expression));
        using var data = message.Nest(Data);
        switch (expression)
        {
            case LoadMeta meta:
                MetaExpression.Write(message, meta);
                break;
            case LoadPayload payload:
                PayloadExpression.Write(message, payload);
                break;
            case LoadConntrack conntrack:
                ConntrackExpression.Write(message, conntrack);
                break;
            case Bitwise bitwise:
                BitwiseExpression.Write(message, bitwise);
                break;
            case Compare compare:
                CompareExpression.Write(message, compare);
                break;
            case LookupSet lookup:
                LookupExpression.Write(message, lookup);
                break;
            case LookupVerdict lookup:
                LookupExpression.Write(message, lookup);
                break;
            case Count count:
                ObjectExpression.Write(message, count);
                break;
            case CountByMap count:
                ObjectExpression.Write(message, count);
                break;
            case Limit limit:
                LimitExpression.Write(message, limit);
                break;
            case LogToGroup log:
                LogExpression.Write(message, log);
                break;
            case Decide decide:
                DecideExpression.Write(message, decide);
                break;
            case Reject reject:
                RejectExpression.Write(message, reject);
                break;
            default:
                throw Unknown(expression);
        }
    }

    /// <summary>A counter without a name, as what the elements of a set run.</summary>
    internal static void WriteAnonymousCounter(MessageWriter message, ushort attribute)
    {
        using var nested = message.Nest(attribute);
        message.PutString(Name, "counter");
        message.Nest(Data).Dispose();
    }

    /// <summary>Reads a rule's expressions.</summary>
    /// <param name="list">The attributes inside NFTA_RULE_EXPRESSIONS.</param>
    /// <param name="unreadable">The name of the first expression that the model cannot express, or null.</param>
    internal static EquatableArray<Expression> ReadAll(AttributeReader list, out string? unreadable)
    {
        unreadable = null;
        var expressions = ImmutableArray.CreateBuilder<Expression>();
        while (list.MoveNext())
        {
            var element = list.Nested();
            var name = element.Text(Name) ?? "";
            if (Read(name, element.Inside(Data)) is { } expression)
                expressions.Add(expression);
            else
                unreadable ??= name;
        }

        return new(expressions.DrainToImmutable());
    }

    private static Expression? Read(string name, AttributeReader data) => name switch
    {
        MetaExpression.Name => MetaExpression.Read(data),
        PayloadExpression.Name => PayloadExpression.Read(data),
        ConntrackExpression.Name => ConntrackExpression.Read(data),
        BitwiseExpression.Name => BitwiseExpression.Read(data),
        CompareExpression.Name => CompareExpression.Read(data),
        LookupExpression.Name => LookupExpression.Read(data),
        ObjectExpression.Name => ObjectExpression.Read(data),
        LimitExpression.Name => LimitExpression.Read(data),
        LogExpression.Name => LogExpression.Read(data),
        DecideExpression.Name => DecideExpression.Read(data),
        RejectExpression.Name => RejectExpression.Read(data),
        _ => null,
    };

    private static string NameOf(Expression expression) => expression switch
    {
        LoadMeta => MetaExpression.Name,
        LoadPayload => PayloadExpression.Name,
        LoadConntrack => ConntrackExpression.Name,
        Bitwise => BitwiseExpression.Name,
        Compare => CompareExpression.Name,
        LookupSet or LookupVerdict => LookupExpression.Name,
        Count or CountByMap => ObjectExpression.Name,
        Limit => LimitExpression.Name,
        LogToGroup => LogExpression.Name,
        Decide => DecideExpression.Name,
        Reject => RejectExpression.Name,
        _ => throw Unknown(expression),
    };

    private static ArgumentOutOfRangeException Unknown(Expression expression) =>
        new(nameof(expression), expression, "an expression that the kernel has no name for");
}
