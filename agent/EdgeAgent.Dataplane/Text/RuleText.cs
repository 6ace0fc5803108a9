using System.Globalization;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// One rule in nft's words. Registers are left out where they are the usual ones: a value is loaded into the first register,
/// or behind the value loaded just before it, and looked at from where the last group of loads began.
/// </summary>
internal sealed class RuleText
{
    private readonly StringBuilder _text = new();
    private Register _group;
    private Register? _next;

    private RuleText()
    {
    }

    public static string Of(ChainRule rule)
    {
        var text = new RuleText();
        var steps = rule.Expressions.AsSpan();
        while (!steps.IsEmpty)
        {
            var phrase = Phrases.Of(steps, out var used);
            if (phrase is null)
                text.Step(steps[0]);
            else
                text.Word(phrase);
            text._next = phrase is null ? text._next : null;
            if (phrase is not null)
                text._group = default;
            steps = steps[used..];
        }

        if (rule.Comment is { } comment)
            text.Word($"comment \"{comment.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        return text._text.ToString();
    }

    private void Step(Expression step)
    {
        switch (step)
        {
            case LoadMeta load:
                Load($"meta {Words.Of(load.Key)}", load.Into, Words.LengthOf(load.Key));
                break;
            case LoadConntrack load:
                Load($"ct {load.Key.ToString().ToLowerInvariant()}", load.Into, load.Key == ConntrackKey.Direction ? 1 : 4);
                break;
            case LoadPayload load:
                Load(Words.Of(load), load.Into, load.Length);
                break;
            default:
                Consume(step);
                break;
        }
    }

    private void Load(string word, Register into, int length)
    {
        var expected = _next ?? default;
        Word(_next is null ? word : $". {word}");
        if (into != expected)
            _text.Append(CultureInfo.InvariantCulture, $"@{into}");
        if (_next is null)
            _group = into;
        _next = into.After(length);
    }

    private void Consume(Expression step)
    {
        _next = null;
        Word(step switch
        {
            Bitwise bits => $"{At(bits.Source)}& {Words.Hex(bits.Mask)}{(bits.Xor.Any(b => b != 0) || bits.Xor.Count != bits.Mask.Count ? $" ^ {Words.Hex(bits.Xor)}" : "")}{(bits.Into == bits.Source ? "" : $" into {bits.Into}")}",
            Compare compare => $"{At(compare.Source)}{Words.Of(compare.Operator)} {Words.Hex(compare.Value)}",
            LookupSet lookup => $"{At(lookup.Key)}{(lookup.Inverted ? "!= " : "")}@{lookup.Set}",
            LookupVerdict lookup => $"{At(lookup.Key)}vmap @{lookup.Map}",
            CountByMap count => $"{At(count.Key)}counter name map @{count.Map}",
            Count count => $"counter name \"{count.Counter}\"",
            Limit limit => $"limit rate {limit.PacketsPerSecond}/second burst {limit.Burst} packets",
            LogToGroup log => $"log prefix \"{log.Prefix}\" group {log.Group} snaplen {log.SnapLength} queue-threshold {log.QueueThreshold}",
            Decide decide => decide.Verdict.ToString(),
            Reject { Kind: RejectKind.TcpReset } => "reject with tcp reset",
            Reject => "reject with icmpx admin-prohibited",
            _ => step.ToString(),
        });
    }

    private string At(Register register) => register == _group ? "" : $"{register} ";

    private void Word(string word)
    {
        if (_text.Length > 0)
            _text.Append(' ');
        _text.Append(word);
    }
}
