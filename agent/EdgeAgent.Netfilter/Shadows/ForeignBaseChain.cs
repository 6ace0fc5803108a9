using System.Globalization;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>A base chain of another table that can drop what our table accepts: an accept ends one chain only, a drop ends all.</summary>
/// <param name="Family">The table's family: <c>inet</c>, <c>ip</c> or <c>ip6</c>.</param>
/// <param name="Table">The table's name.</param>
/// <param name="Chain">The chain's name.</param>
/// <param name="Hook">Where it hangs.</param>
/// <param name="Priority">Its place at the hook.</param>
/// <param name="DropsByPolicy">Whether what its rules leave over is dropped; else some rule reachable from it can drop.</param>
internal sealed record ForeignBaseChain(string Family, string Table, string Chain, Hook Hook, int Priority, bool DropsByPolicy)
{
    /// <summary>As the status shows it: <c>inet firewalld filter_INPUT (input, priority 10, policy drop)</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Family} {Table} {Chain} ({Hook.ToString().ToLowerInvariant()}, priority {Priority}{(DropsByPolicy ? ", policy drop" : "")})");
}
