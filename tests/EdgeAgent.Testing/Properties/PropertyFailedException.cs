namespace EdgeAgent.Testing;

/// <summary>A property does not hold for a world.</summary>
public sealed class PropertyFailedException(string message) : Exception(message)
{
    /// <summary>Throws where a condition does not hold.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="message">What does not hold.</param>
    public static void Unless(bool holds, Func<string> message)
    {
        if (!holds)
            throw new PropertyFailedException(message());
    }
}
