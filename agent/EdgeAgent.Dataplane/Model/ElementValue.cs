namespace EdgeAgent.Dataplane;

/// <summary>What an element of a map carries.</summary>
public abstract record ElementValue;

/// <summary>A counter's name, in an object map.</summary>
public sealed record CounterValue(string Counter) : ElementValue;

/// <summary>A verdict, in a verdict map.</summary>
public sealed record VerdictValue(ChainVerdict Verdict) : ElementValue;
