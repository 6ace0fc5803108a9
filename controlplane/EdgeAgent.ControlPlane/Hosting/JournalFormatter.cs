using Serilog.Events;
using Serilog.Formatting;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>One event as lines that the journal understands: each begins with its syslog priority (sd-daemon(3)); no times, no colours.</summary>
internal sealed class JournalFormatter : ITextFormatter
{
    /// <inheritdoc/>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var priority = logEvent.Level switch
        {
            LogEventLevel.Fatal => 2,
            LogEventLevel.Error => 3,
            LogEventLevel.Warning => 4,
            LogEventLevel.Information => 6,
            _ => 7,
        };
        var text = logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture);
        if (logEvent.Exception is { } exception)
            text = $"{text}\n{exception}";
        foreach (var line in text.Split('\n'))
            output.Write($"<{priority}>{line.TrimEnd('\r')}\n");
    }
}
