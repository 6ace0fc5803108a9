using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>Where and how the process logs: to standard error, for people, or for the journal where that listens.</summary>
internal static class Logging
{
    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <summary>The process's logger.</summary>
    public static Logger ForProcess()
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Grpc", LogEventLevel.Warning);
        return (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 }
            ? configuration.WriteTo.Console(new JournalFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture, theme: Serilog.Sinks.SystemConsole.Themes.ConsoleTheme.None, standardErrorFromLevel: LogEventLevel.Verbose))
            .CreateLogger();
    }
}
