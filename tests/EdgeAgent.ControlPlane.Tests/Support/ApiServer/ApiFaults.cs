namespace EdgeAgent.ControlPlane.Tests.ApiServer;

/// <summary>What goes wrong at an API server, each with a probability; all of it may happen at any real one.</summary>
internal sealed record ApiFaults
{
    /// <summary>Nothing goes wrong.</summary>
    public static ApiFaults None { get; } = new();

    /// <summary>A request is answered with one of <see cref="Codes"/>.</summary>
    public double Refusals { get; init; }

    /// <summary>The codes of refusals.</summary>
    public IReadOnlyList<int> Codes { get; init; } = [401, 403, 429, 500, 503, 504];

    /// <summary>A list breaks off in the middle.</summary>
    public double BrokenLists { get; init; }

    /// <summary>A token to continue a list with has expired.</summary>
    public double ExpiredPages { get; init; }

    /// <summary>A watch breaks off in the middle of a line.</summary>
    public double BrokenLines { get; init; }

    /// <summary>A watch ends between two lines.</summary>
    public double Ends { get; init; }

    /// <summary>A watch says that its place is forgotten, or that something failed.</summary>
    public double Errors { get; init; }

    /// <summary>A line of a watch is told twice.</summary>
    public double Repetitions { get; init; }

    /// <summary>A line of a watch is late by some milliseconds.</summary>
    public double Delays { get; init; }

    /// <summary>All of them, often.</summary>
    public static ApiFaults Many { get; } = new()
    {
        Refusals = 0.25,
        BrokenLists = 0.1,
        ExpiredPages = 0.2,
        BrokenLines = 0.1,
        Ends = 0.1,
        Errors = 0.1,
        Repetitions = 0.3,
        Delays = 0.3,
    };
}
