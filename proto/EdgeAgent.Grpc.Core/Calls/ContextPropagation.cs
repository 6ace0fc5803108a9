namespace Grpc.Core;

/// <summary>What a client call inherits from the server call that makes it.</summary>
public class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    /// <summary>Both are inherited.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>True if the deadline is inherited.</summary>
    public bool IsPropagateDeadline { get; } = propagateDeadline;

    /// <summary>True if cancellation is inherited.</summary>
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}

/// <summary>Ties client calls to the server call that makes them; made by <see cref="ServerCallContext.CreatePropagationToken"/>.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }

    internal abstract DateTime? ParentDeadline { get; }

    internal abstract CancellationToken ParentCancellationToken { get; }
}

/// <summary>The deadline and the token of a server call.</summary>
internal sealed class ServerCallPropagationToken(ServerCallContext parent, ContextPropagationOptions options) : ContextPropagationToken
{
    internal override DateTime? ParentDeadline =>
        options.IsPropagateDeadline && parent.Deadline != DateTime.MaxValue ? parent.Deadline : null;

    internal override CancellationToken ParentCancellationToken =>
        options.IsPropagateCancellation ? parent.CancellationToken : CancellationToken.None;
}
