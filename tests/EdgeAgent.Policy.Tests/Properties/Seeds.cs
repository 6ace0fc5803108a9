using System.Globalization;

namespace EdgeAgent.Policy.Tests;

/// <summary>How many random worlds each property looks at; <c>EDGEAGENT_WORLDS</c> asks for more.</summary>
internal static class Seeds
{
    public static IEnumerable<int> Some(int count)
    {
        var asked = Environment.GetEnvironmentVariable("EDGEAGENT_WORLDS");
        return Enumerable.Range(0, asked is null ? count : int.Parse(asked, CultureInfo.InvariantCulture));
    }
}
