using Xunit.Abstractions;

[assembly: TestCollectionOrderer("EdgeAgent.EndToEnd.Tests.Support.LongestFirst", "EdgeAgent.EndToEnd.Tests")]

namespace EdgeAgent.EndToEnd.Tests.Support;

/// <summary>Begins with the tests that take the longest, so that the others run beside them and not after.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] _long = [nameof(BookinfoLab), nameof(Booted.BootedHostTests)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(collection => _long.Any(name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal))).ThenBy(collection => collection.DisplayName, StringComparer.Ordinal);
}
