using System.Globalization;
using System.Text.RegularExpressions;

namespace Sandglass.Server.Tests;

/// <summary>As much of PromQL as dashboards use, over two pages that were read some seconds apart: selectors, rates, sums, quantiles.</summary>
internal sealed partial class PromQuery
{
    private readonly string[] _words;
    private readonly PrometheusPage _before, _now;
    private readonly double _seconds;
    private int _at;

    private PromQuery(string query, PrometheusPage before, PrometheusPage now, double seconds)
    {
        _words = [.. Word().Matches(query).Select(word => word.Value)];
        Assert.Equal(Blank().Replace(query, ""), Blank().Replace(string.Concat(_words), ""));
        (_before, _now, _seconds) = (before, now, seconds);
    }

    /// <summary>What a query gives.</summary>
    public static IReadOnlyList<Sample> Run(string query, PrometheusPage before, PrometheusPage now, double seconds)
    {
        PromQuery run = new(query, before, now, seconds);
        IReadOnlyList<Sample> result = run.Binary(0);
        Assert.Equal(run._words.Length, run._at);
        return result;
    }

    private static readonly string[][] Operators = [["or"], [">"], ["+", "-"], ["/", "*"]];

    private IReadOnlyList<Sample> Binary(int level)
    {
        if (level == Operators.Length) return Single();
        IReadOnlyList<Sample> left = Binary(level + 1);
        while (Operators[level].Contains(Peek()))
        {
            string sign = Next();
            left = Combined(sign, left, Binary(level + 1));
        }
        return left;
    }

    private static IReadOnlyList<Sample> Combined(string sign, IReadOnlyList<Sample> left, IReadOnlyList<Sample> right)
    {
        if (sign == "or") return [.. left, .. right.Where(one => left.All(other => other.Without("") != one.Without("")))];
        if (sign == ">") return [.. left.Where(one => one.Value > right[0].Value)];
        if (left is [{ Name: "number" }]) return [.. right.Select(one => one with { Value = Combined(sign, left[0].Value, one.Value) })];
        Sample Other(Sample one) => right is [{ Name: "number" }] ? right[0] : right.Single(other => other.Without("") == one.Without(""));
        return [.. left.Select(one => one with { Value = Combined(sign, one.Value, Other(one).Value) })];
    }

    private static double Combined(string sign, double left, double right) => sign switch
    {
        "/" => left / right,
        "*" => left * right,
        "-" => left - right,
        _ => left + right,
    };

    private IReadOnlyList<Sample> Single()
    {
        string word = Next();
        if (word == "(") return Inside(() => Binary(0));
        if (double.TryParse(word, CultureInfo.InvariantCulture, out double number)) return [new Sample("number", new Dictionary<string, string>(), number)];
        return word switch
        {
            "rate" => Call(() => Change(1 / _seconds)),
            "increase" => Call(() => Change(1)),
            "sum" => Grouped(group => group.Sum(one => one.Value)),
            "count" => Grouped(group => group.Count()),
            "vector" => Call(() => Binary(0)),
            "histogram_quantile" => Call(Quantile),
            _ => Selected(word, _now),
        };
    }

    private IReadOnlyList<Sample> Call(Func<IReadOnlyList<Sample>> inner)
    {
        Assert.Equal("(", Next());
        return Inside(inner);
    }

    private IReadOnlyList<Sample> Inside(Func<IReadOnlyList<Sample>> inner)
    {
        IReadOnlyList<Sample> result = inner();
        Assert.Equal(")", Next());
        return result;
    }

    private IReadOnlyList<Sample> Change(double factor)
    {
        string name = Next();
        int at = _at;
        IReadOnlyList<Sample> now = Selected(name, _now);
        _at = at;
        IReadOnlyList<Sample> before = Selected(name, _before);
        Assert.Equal("[", Next());
        Next();
        Assert.Equal("]", Next());
        double Before(Sample one) => before.FirstOrDefault(other => other.Without("") == one.Without(""))?.Value ?? 0;
        return [.. now.Select(one => one with { Value = factor * (one.Value - Before(one)) })];
    }

    private IReadOnlyList<Sample> Grouped(Func<IEnumerable<Sample>, double> total)
    {
        List<string> by = [];
        if (Peek() == "by")
        {
            Next();
            Assert.Equal("(", Next());
            for (string label = Next(); label != ")"; label = Next()) if (label != ",") by.Add(label);
        }
        IReadOnlyList<Sample> all = Call(() => Binary(0));
        foreach (string label in by) Assert.All(all, one => Assert.Contains(label, one.Labels.Keys));
        return [.. all.GroupBy(one => string.Join(',', by.Select(label => one.Labels[label])))
            .Select(group => new Sample("sum", by.ToDictionary(label => label, label => group.First().Labels[label]), total(group)))];
    }

    private IReadOnlyList<Sample> Quantile()
    {
        double quantile = double.Parse(Next(), CultureInfo.InvariantCulture);
        Assert.Equal(",", Next());
        IReadOnlyList<Sample> buckets = Binary(0);
        return [.. buckets.GroupBy(one => one.Without("le")).Select(group =>
        {
            (double Bound, double Count)[] all = [.. group.Select(one => (Bound(one), one.Value)).OrderBy(pair => pair.Item1)];
            int at = Array.FindIndex(all, pair => pair.Count >= quantile * all[^1].Count);
            return new Sample("quantile", group.First().Labels.Where(label => label.Key != "le").ToDictionary(), all[Math.Min(at, all.Length - 2)].Bound);
        })];
    }

    private static double Bound(Sample bucket) => PrometheusPage.Number(bucket.Labels["le"]);

    private IReadOnlyList<Sample> Selected(string name, PrometheusPage page)
    {
        List<(string Label, string Value)> wanted = [];
        Assert.Equal("{", Next());
        for (string label = Next(); label != "}"; label = Next())
        {
            if (label == ",") continue;
            Assert.Contains(Next(), (string[])["=", "=~"]);
            wanted.Add((label, Next().Trim('"')));
        }
        IReadOnlyList<Sample> named = [.. page.Samples.Where(sample => sample.Name == name)];
        Assert.True(named.Count > 0, $"there is no {name}");
        foreach ((string label, _) in wanted) Assert.All(named, sample => Assert.True(sample.Labels.ContainsKey(label), $"{name} has no label {label}"));
        return [.. named.Where(sample => wanted.All(want => sample.Labels[want.Label] == want.Value))];
    }

    private string Peek() => _at < _words.Length ? _words[_at] : "";

    private string Next() => _words[_at++];

    [GeneratedRegex("""[a-zA-Z_:$][a-zA-Z0-9_:$]*|[0-9.]+|"[^"]*"|=~|[=(){}\[\],/*+>-]""")]
    private static partial Regex Word();

    [GeneratedRegex(@"\s")]
    private static partial Regex Blank();
}
