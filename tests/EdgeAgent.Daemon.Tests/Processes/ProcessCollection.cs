namespace EdgeAgent.Daemon.Tests;

/// <summary>Tests that start processes, one at a time in each of two rows: they wait more than they work, but a whole crowd would starve.</summary>
[CollectionDefinition(Name)]
public sealed class ProcessCollection
{
    internal const string Name = "processes";
}

/// <summary>The other row.</summary>
[CollectionDefinition(Name)]
public sealed class OtherProcessCollection
{
    internal const string Name = "other processes";
}
