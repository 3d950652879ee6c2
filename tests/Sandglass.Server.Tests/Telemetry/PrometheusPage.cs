using System.Globalization;
using System.Text.RegularExpressions;

namespace Sandglass.Server.Tests;

/// <summary>A sample of a metric.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>Its labels but for one, in order: what the buckets of one histogram have in common.</summary>
    public string Without(string label) =>
        string.Join(',', Labels.Where(pair => pair.Key != label).OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}"));
}

/// <summary>Metrics, read as strictly as the format's description has it (prometheus.io/docs/instrumenting/exposition_formats, text 0.0.4).</summary>
internal sealed partial class PrometheusPage
{
    private readonly Dictionary<string, string> _types = [];

    private PrometheusPage(IReadOnlyList<Sample> samples) => Samples = samples;

    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>The type of a metric.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>The value of the one sample with this name and these labels among its own.</summary>
    public double Value(string name, params (string Name, string Value)[] labels) =>
        Assert.Single(Samples, sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;

    /// <summary>Reads a page; what is wrong with it fails the test.</summary>
    public static PrometheusPage Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        List<Sample> samples = [];
        PrometheusPage page = new(samples);
        string family = "", helped = "";
        foreach (string line in text.Split('\n')[..^1])
        {
            if (HelpLine().Match(line) is { Success: true } help)
            {
                helped = help.Groups["name"].Value;
                Assert.DoesNotContain(helped, page._types.Keys);        // all of a name stands together
            }
            else if (TypeLine().Match(line) is { Success: true } type)
            {
                family = type.Groups["name"].Value;
                Assert.Equal(helped, family);
                page._types.Add(family, type.Groups["type"].Value);
            }
            else
            {
                Sample sample = OfLine(line);
                string suffix = sample.Name[family.Length..];
                Assert.StartsWith(family, sample.Name, StringComparison.Ordinal);
                Assert.Contains(suffix, page._types[family] == "histogram" ? (string[])["_bucket", "_sum", "_count"] : [""]);
                samples.Add(sample);
            }
        }
        Assert.Distinct(samples.Select(sample => $"{sample.Name}{{{sample.Without("")}}}"));
        foreach ((string name, string type) in page._types)
        {
            if (type == "histogram") CheckHistogram(name, samples);
            if (type == "counter") Assert.All(samples.Where(sample => sample.Name == name), sample => Assert.True(sample.Value >= 0));
        }
        return page;
    }

    private static Sample OfLine(string line)
    {
        Match match = SampleLine().Match(line);
        Assert.True(match.Success, $"no sample: {line}");
        Dictionary<string, string> labels = [];
        string rest = match.Groups["labels"].Value;
        foreach (Match label in Label().Matches(rest)) labels.Add(label.Groups["name"].Value, label.Groups["value"].Value);
        Assert.Equal(rest, string.Join(',', Label().Matches(rest).Select(label => label.Value)));
        return new Sample(match.Groups["name"].Value, labels, Number(match.Groups["value"].Value));
    }

    /// <summary>A number as the format writes it.</summary>
    public static double Number(string text) => text == "+Inf" ? double.PositiveInfinity : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static void CheckHistogram(string name, IReadOnlyList<Sample> samples)
    {
        foreach (IGrouping<string, Sample> one in samples.Where(sample => sample.Name == $"{name}_bucket").GroupBy(sample => sample.Without("le")))
        {
            double[] bounds = [.. one.Select(bucket => Number(bucket.Labels["le"]))];
            Assert.Equal(bounds.Order(), bounds);
            Assert.Equal(double.PositiveInfinity, bounds[^1]);
            Assert.Equal(one.Select(bucket => bucket.Value).Order(), one.Select(bucket => bucket.Value));
            Assert.Equal(one.Last().Value, Assert.Single(samples, sample => sample.Name == $"{name}_count" && sample.Without("") == one.Key).Value);
            Assert.Single(samples, sample => sample.Name == $"{name}_sum" && sample.Without("") == one.Key);
        }
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) \S.*$")]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>[^\n]*)\})? (?<value>-?[0-9.]+(?:[eE][-+]?[0-9]+)?|\+Inf|NaN)$")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\\n]|\\["\\n])*)"(?=,|$)""")]
    private static partial Regex Label();
}
