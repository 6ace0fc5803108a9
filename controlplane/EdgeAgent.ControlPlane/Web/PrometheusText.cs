using System.Globalization;
using System.Text;

namespace EdgeAgent.ControlPlane.Web;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    /// <summary>The content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>A value that only grows.</summary>
    public PrometheusText Counter(string name, string help, double value) => Head(name, help, "counter").Sample(name, "", value);

    /// <summary>A value that goes up and down.</summary>
    public PrometheusText Gauge(string name, string help, double value) => Head(name, help, "gauge").Sample(name, "", value);

    /// <summary>Counters told apart by a label.</summary>
    public PrometheusText Counters(string name, string help, string label, IEnumerable<(string Value, long Count)> counts) => Labelled(name, help, "counter", label, counts);

    /// <summary>Gauges told apart by a label.</summary>
    public PrometheusText Gauges(string name, string help, string label, IEnumerable<(string Value, long Count)> counts) => Labelled(name, help, "gauge", label, counts);

    /// <summary>A histogram.</summary>
    public PrometheusText Add(string name, string help, Histogram histogram)
    {
        var (atMost, count, sum) = histogram.Read();
        Head(name, help, "histogram");
        foreach (var (bound, below) in atMost)
            Sample($"{name}_bucket", $"{{le=\"{bound.ToString(CultureInfo.InvariantCulture)}\"}}", below);
        return Sample($"{name}_bucket", "{le=\"+Inf\"}", count).Sample($"{name}_sum", "", sum).Sample($"{name}_count", "", count);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private PrometheusText Labelled(string name, string help, string type, string label, IEnumerable<(string Value, long Count)> counts)
    {
        Head(name, help, type);
        foreach (var (value, count) in counts)
            Sample(name, $"{{{label}=\"{value}\"}}", count);
        return this;
    }

    private PrometheusText Head(string name, string help, string type)
    {
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        return this;
    }

    private PrometheusText Sample(string name, string labels, double value)
    {
        _text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
        return this;
    }
}
