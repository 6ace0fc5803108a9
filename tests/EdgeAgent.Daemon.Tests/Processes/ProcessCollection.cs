namespace EdgeAgent.Daemon.Tests;

/// <summary>Tests that start processes, one at a time.</summary>
[CollectionDefinition(Name)]
public sealed class ProcessCollection
{
    internal const string Name = "processes";
}
