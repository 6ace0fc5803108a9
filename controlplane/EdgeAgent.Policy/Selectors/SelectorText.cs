using System.Text;

namespace EdgeAgent.Policy;

/// <summary>Writes the canonical text of a selector as Calico does: joined operands in parentheses, values in double quotes.</summary>
internal static class SelectorText
{
    public static string Of(SelectorStep[] steps)
    {
        var starts = SubtreeStarts(steps);
        var text = new StringBuilder();
        var pending = new Stack<(string? Literal, int Step)>();
        pending.Push((null, steps.Length - 1));
        while (pending.TryPop(out var item))
        {
            if (item.Literal is not null)
                text.Append(item.Literal);
            else if (steps[item.Step].Operands == 0)
                Leaf(text, steps[item.Step]);
            else
                Expand(steps, starts, item.Step, pending);
        }

        return text.ToString();
    }

    /// <summary>For each step, the first step of the part of the program that computes its result.</summary>
    private static int[] SubtreeStarts(SelectorStep[] steps)
    {
        var starts = new int[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var start = i;
            for (var operand = 0; operand < steps[i].Operands; operand++)
                start = starts[start - 1];
            starts[i] = start;
        }

        return starts;
    }

    private static void Expand(SelectorStep[] steps, int[] starts, int step, Stack<(string? Literal, int Step)> pending)
    {
        if (steps[step].Operation == SelectorOperation.Not)
        {
            pending.Push((null, step - 1));
            pending.Push(("!", 0));
            return;
        }

        var separator = steps[step].Operation == SelectorOperation.And ? " && " : " || ";
        pending.Push((")", 0));
        for (var (operand, next) = (steps[step].Operands, step - 1); operand > 0; operand--, next = starts[next] - 1)
        {
            pending.Push((null, next));
            pending.Push((operand == 1 ? "(" : separator, 0));
        }
    }

    private static void Leaf(StringBuilder text, SelectorStep step)
    {
        switch (step.Operation)
        {
            case SelectorOperation.All:
                text.Append("all()");
                break;
            case SelectorOperation.Global:
                text.Append("global()");
                break;
            case SelectorOperation.Has:
                text.Append("has(").Append(step.Label).Append(')');
                break;
            case SelectorOperation.In or SelectorOperation.NotIn:
                text.Append(step.Label).Append(step.Operation == SelectorOperation.In ? " in {" : " not in {");
                text.AppendJoin(", ", step.Values.Select(Quoted)).Append('}');
                break;
            default:
                text.Append(step.Label).Append(Operator(step.Operation)).Append(Quoted(step.Values[0]));
                break;
        }
    }

    private static string Operator(SelectorOperation operation) => operation switch
    {
        SelectorOperation.Equal => " == ",
        SelectorOperation.NotEqual => " != ",
        SelectorOperation.Contains => " contains ",
        SelectorOperation.StartsWith => " starts with ",
        SelectorOperation.EndsWith => " ends with ",
        _ => throw new InvalidOperationException($"{operation} is no comparison"),
    };

    private static string Quoted(string value)
    {
        var quote = value.Contains('"', StringComparison.Ordinal) ? '\'' : '"';
        return $"{quote}{value}{quote}";
    }
}
