using System.Globalization;
using System.Text;

namespace Sandglass.Server;

/// <summary>Metrics as Prometheus reads them: text format 0.0.4. All samples of a name stand together, below its HELP and TYPE.</summary>
internal sealed class PrometheusText
{
    /// <summary>What it is served as.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new(1 << 15);

    /// <summary>Begins a name.</summary>
    /// <param name="type">gauge, counter or histogram.</param>
    public void Begin(string name, string type, string help) =>
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    /// <summary>A sample.</summary>
    /// <param name="labels">Inside the braces, as <see cref="Label"/> makes them.</param>
    public void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0) _text.Append('{').Append(labels).Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>The samples of a histogram.</summary>
    public void Samples(string name, string labels, Histogram histogram)
    {
        Span<long> counts = stackalloc long[histogram.Bounds.Length + 1];
        double sum = histogram.Sum;
        histogram.Read(counts);
        for (int i = 0; i < counts.Length; i++)
        {
            string bound = i < histogram.Bounds.Length ? Number(histogram.Bounds[i]) : "+Inf";
            Sample($"{name}_bucket", $"{labels},le=\"{bound}\"", counts[i]);
        }
        Sample($"{name}_sum", labels, sum);
        Sample($"{name}_count", labels, counts[^1]);
    }

    /// <summary>A label, its value escaped.</summary>
    public static string Label(string name, string value) =>
        $"{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    public override string ToString() => _text.ToString();

    // Prometheus' own clients write whole numbers with a point
    private static string Number(double value) =>
        double.IsInteger(value) && Math.Abs(value) < 1e15 ? value.ToString("0.0", CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);
}
