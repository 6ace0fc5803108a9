using System.Diagnostics;

namespace EdgeAgent.Testing;

/// <summary>Processes that tests start live for seconds.</summary>
public static class ShortLived
{
    // clrconfignames.h of dotnet/runtime; hexadecimal.
    private const string CallsBeforeOptimizing = "7FFF";

    /// <summary>
    /// Keeps .NET from compiling busy methods a second time, optimized: that pays off in what lives for minutes, and takes most of the
    /// processor time of what does not.
    /// </summary>
    /// <returns>The same start.</returns>
    public static ProcessStartInfo Of(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.Environment["DOTNET_TC_CallCountThreshold"] = CallsBeforeOptimizing;
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }
}
