using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace EdgeAgent.Daemon;

/// <summary>The log on standard error: for a terminal with time and level, for the journal with the priority that it sorts by (sd-daemon(3)).</summary>
internal static class JournalLogging
{
    internal static Logger Create(string level) => new LoggerConfiguration()
        .MinimumLevel.Is(level switch
        {
            "debug" => LogEventLevel.Debug,
            "warning" => LogEventLevel.Warning,
            "error" => LogEventLevel.Error,
            _ => LogEventLevel.Information,
        })
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .WriteTo.Console(new Line(toJournal: Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null), standardErrorFromLevel: LogEventLevel.Verbose)
        .CreateLogger();

    private sealed class Line(bool toJournal) : ITextFormatter
    {
        private readonly MessageTemplateTextFormatter _message = new("{Message:lj}", CultureInfo.InvariantCulture);

        public void Format(LogEvent logEvent, TextWriter output)
        {
            var rendered = new StringWriter(CultureInfo.InvariantCulture);
            _message.Format(logEvent, rendered);
            var message = rendered.ToString();
            if (logEvent.Exception is { } exception)
                message += $": {exception}";
            var (priority, word) = logEvent.Level switch
            {
                LogEventLevel.Fatal => (2, "fatal"),
                LogEventLevel.Error => (3, "error"),
                LogEventLevel.Warning => (4, "warning"),
                LogEventLevel.Information => (6, "info"),
                _ => (7, "debug"),
            };
            if (toJournal)
                output.Write(string.Create(CultureInfo.InvariantCulture, $"<{priority}>{message.ReplaceLineEndings(" | ")}\n"));
            else
                output.Write(string.Create(CultureInfo.InvariantCulture, $"{logEvent.Timestamp:yyyy-MM-ddTHH:mm:ss.fffK} {word,-7} {message}\n"));
        }
    }
}
