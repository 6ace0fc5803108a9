using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Puts the notifications of one commit into words. Bounded, however much a commit changes.</summary>
internal sealed class ChangeDetails
{
    private const ushort TableName = 1, SecondName = 2, ThirdName = 3;
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _more;

    internal bool IsEmpty => _counts.Count == 0 && _more == 0;

    /// <summary>Takes note of a notification, if it is about our table.</summary>
    internal void Add(NetlinkMessage message)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        if (NetfilterHeader.Family(message) != NetfilterHeader.Inet || row.Text(TableName) != Ruleset.Table)
            return;
        // What else the commit removed went with the table.
        if (message.Type == TableMessage.DeleteTable)
            Take();
        var what = message.Type switch
        {
            TableMessage.NewTable => "change table",
            TableMessage.DeleteTable => "delete table",
            TableMessage.NewChain => $"add chain {row.Text(ThirdName)}",
            TableMessage.DeleteChain => $"delete chain {row.Text(ThirdName)}",
            TableMessage.NewRule => $"add rules to chain {row.Text(SecondName)}",
            TableMessage.DeleteRule => $"delete rules of chain {row.Text(SecondName)}",
            TableMessage.NewSet => $"add set {row.Text(SecondName)}",
            TableMessage.DeleteSet => $"delete set {row.Text(SecondName)}",
            TableMessage.NewElement => $"add elements to {row.Text(SecondName)}",
            TableMessage.DeleteElement => $"delete elements of {row.Text(SecondName)}",
            TableMessage.NewObject => $"add object {row.Text(SecondName)}",
            TableMessage.DeleteObject => $"delete object {row.Text(SecondName)}",
            _ => $"message 0x{message.Type:x4}",
        };
        if (_counts.TryGetValue(what, out var count))
            _counts[what] = count + 1;
        else if (_counts.Count < RulesetChange.MostDetails)
            _counts.Add(what, 1);
        else
            _more++;
    }

    /// <summary>The words, after which this is empty again.</summary>
    internal EquatableArray<string> Take()
    {
        var words = _counts.Select(static c => c.Value == 1 ? c.Key : string.Create(CultureInfo.InvariantCulture, $"{c.Key} ({c.Value})")).ToList();
        if (_more > 0)
            words[^1] = string.Create(CultureInfo.InvariantCulture, $"{_more + 1} more");
        _counts.Clear();
        _more = 0;
        return words.ToEquatableArray();
    }
}
