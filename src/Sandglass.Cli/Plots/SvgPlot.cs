using System.Globalization;
using System.Text;
using System.Xml;

namespace Sandglass.Cli;

/// <summary>Writes a plot as SVG. It follows the reader's light or dark theme, and series differ by mark and dash too, not by colour alone.</summary>
internal sealed class SvgPlot
{
    private const int Width = 760, Left = 64, Right = 30, Top = 66, Height = 220, Below = 58, TitleRoom = 44, LineHeight = 16, CaptionColumns = 112;
    private const int LetterWidth = 7;      // of a letter of 12 pixels, a little more than most need

    private static readonly string[] Light = ["#0b62c4", "#b8400c", "#04724f", "#7438d6", "#8a5a00", "#b8155a", "#0b6e85", "#4b5563"];
    private static readonly string[] Dark = ["#74b6ff", "#ff9d68", "#52d8a4", "#c0a6ff", "#e8c654", "#ff93c2", "#64d5e8", "#bac2cd"];
    private static readonly string[] Dashes = ["none", "7 3", "2 3", "9 3 2 3", "none", "7 3", "2 3", "9 3 2 3"];

    private readonly XmlWriter _xml;

    private SvgPlot(XmlWriter xml) => _xml = xml;

    /// <summary>Writes the picture; the file appears when it is whole.</summary>
    public static void Write(string path, Plot plot)
    {
        string beside = $"{path}.{Environment.ProcessId}.part";
        try
        {
            File.WriteAllText(beside, Text(plot), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>The picture as a document.</summary>
    public static string Text(Plot plot)
    {
        StringBuilder text = new();
        using (XmlWriter xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
            new SvgPlot(xml).Document(plot);
        return text.Append('\n').ToString();
    }

    private void Document(Plot plot)
    {
        string[] caption = [.. Words.Wrapped(plot.Caption, CaptionColumns)];
        int height = TitleRoom + plot.Panels.Count * (Top + Height + Below) + caption.Length * LineHeight + 16;
        _xml.WriteStartElement("svg", "http://www.w3.org/2000/svg");
        Attributes(
            ("viewBox", $"0 0 {Width} {height}"), ("width", $"{Width}"), ("height", $"{height}"), ("role", "img"), ("font-family", "system-ui, sans-serif"));
        _xml.WriteElementString("title", Harmless(plot.Title));
        _xml.WriteElementString("desc", Harmless(plot.Caption));
        _xml.WriteElementString("style", Style());
        Element("rect", ("class", "paper"), ("width", $"{Width}"), ("height", $"{height}"));
        Label(Left, 28, plot.Title, "start", "title");
        int top = TitleRoom;
        foreach (PlotPanel panel in plot.Panels)
        {
            Panel(panel, top);
            top += Top + Height + Below;
        }
        foreach (string line in caption) Label(Left, top += LineHeight, line, "start", "note");
        _xml.WriteEndElement();
    }

    private static string Style()
    {
        StringBuilder css = new("\n.paper{fill:#fff}text{fill:#1f2937;font-size:12px}.title{font-size:16px;font-weight:600}.note{fill:#4b5563}" +
            ".grid{stroke:#d1d5db}.axis{stroke:#4b5563}.line{fill:none;stroke-width:2}.mark{stroke-width:1.5}.range{stroke-width:1.2}\n");
        Colours(css, Light);
        css.Append("@media(prefers-color-scheme:dark){.paper{fill:#11151c}text{fill:#e5e7eb}.note{fill:#aab2bf}.grid{stroke:#333b47}.axis{stroke:#aab2bf}\n");
        Colours(css, Dark);
        return css.Append("}\n").ToString();
    }

    private static void Colours(StringBuilder css, string[] colours)
    {
        for (int i = 0; i < colours.Length; i++) css.Append(CultureInfo.InvariantCulture, $".s{i}{{stroke:{colours[i]}}}.f{i}{{fill:{colours[i]}}}\n");
    }

    private void Panel(PlotPanel panel, int top)
    {
        PlotPoint[] all = [.. panel.Series.SelectMany(series => series.Points)];
        IReadOnlyList<string>? groups = panel.Categories;
        PlotAxis y = new(
            all.SelectMany(point => (double[])[point.Y, point.Low ?? point.Y, point.High ?? point.Y]), fromZero: panel.FromZero || groups is not null,
            isWidened: true);
        PlotAxis x = groups is null ? new(all.Select(point => point.X), isLogarithmic: panel.IsLogarithmic) : new([-0.5, groups.Count - 0.5]);
        double X(double value) => Left + x.Place(value) * (Width - Left - Right);
        double Y(double value) => top + Top + (1 - y.Place(value)) * Height;

        Label(12, top + 16, panel.YLabel, "start");
        Legend(panel.Series, top + 40, areBars: groups is not null);
        foreach (double tick in y.Ticks)
        {
            Line(Left, Y(tick), Width - Right, Y(tick), "grid");
            Label(Left - 8, Y(tick) + 4, y.Label(tick), "end");
        }
        Line(Left, top + Top + Height, Width - Right, top + Top + Height, "axis");
        if (groups is null)
        {
            foreach (double tick in x.Ticks)
            {
                Line(X(tick), top + Top + Height, X(tick), top + Top + Height + 5, "axis");
                Label(X(tick), top + Top + Height + 20, x.Label(tick), "middle");
            }
        }
        else
        {
            double room = (Width - Left - Right) / (double)groups.Count;
            bool areLong = groups.Any(group => LetterWidth * group.Length > room);     // then every second one is a line lower
            for (int i = 0; i < groups.Count; i++) Label(X(i), top + Top + Height + (areLong && i % 2 == 1 ? 32 : 18), groups[i], "middle");
        }
        Label(Left + (Width - Left - Right) / 2.0, top + Top + Height + (groups is null ? 40 : 48), panel.XLabel, "middle");
        for (int i = 0; i < panel.Series.Count; i++)
        {
            if (groups is null) Curve(panel.Series[i], i, X, Y);
            else Bars(panel.Series[i], i, panel.Series.Count, X, Y);
        }
    }

    private void Legend(IReadOnlyList<PlotSeries> series, double y, bool areBars)
    {
        if (series.Count == 1 && series[0].Name.Length == 0) return;
        double at = Left;
        for (int i = 0; i < series.Count; i++)
        {
            double width = 34 + LetterWidth * series[i].Name.Length;
            if (at + width > Width - Right && i > 0) (at, y) = (Left, y + LineHeight);
            if (areBars) Element("rect", ("class", Fill(i)), ("x", Number(at + 8)), ("y", Number(y - 10)), ("width", "12"), ("height", "12"));
            else Dashed(i, at, y - 4, at + 20, y - 4);
            if (!areBars) Mark(i, at + 10, y - 4);
            Label(at + 25, y, series[i].Name, "start");
            at += width + 12;
        }
    }

    private void Curve(PlotSeries series, int index, Func<double, double> x, Func<double, double> y)
    {
        PlotPoint[] points = [.. series.Points.Where(point => double.IsFinite(point.Y))];
        string path = string.Join(' ', points.Select(point => $"{Number(x(point.X))},{Number(y(point.Y))}"));
        if (points.Length > 1)
            Element("polyline", ("class", $"line {Stroke(index)}"), ("stroke-dasharray", Dashes[index % Dashes.Length]), ("points", path));
        foreach (PlotPoint point in points)
        {
            if (point is { Low: double low, High: double high }) Line(x(point.X), y(low), x(point.X), y(high), $"range {Stroke(index)}");
            Mark(index, x(point.X), y(point.Y));
        }
    }

    private void Bars(PlotSeries series, int index, int count, Func<double, double> x, Func<double, double> y)
    {
        double group = (x(1) - x(0)) * 0.8, bar = group / count;
        foreach (PlotPoint point in series.Points.Where(point => double.IsFinite(point.Y)))
        {
            double left = x(point.X) - group / 2 + index * bar, from = Math.Min(y(0), y(point.Y)), height = Math.Abs(y(point.Y) - y(0));
            Element(
                "rect", ("class", Fill(index)), ("x", Number(left + bar * 0.08)), ("y", Number(from)), ("width", Number(bar * 0.84)),
                ("height", Number(height)));
            if (point is { Low: double low, High: double high }) Line(left + bar / 2, y(low), left + bar / 2, y(high), "axis");
        }
    }

    private void Dashed(int index, double x1, double y1, double x2, double y2) => Element(
        "line", ("class", $"line {Stroke(index)}"), ("stroke-dasharray", Dashes[index % Dashes.Length]), ("x1", Number(x1)), ("y1", Number(y1)), ("x2", Number(x2)),
        ("y2", Number(y2)));

    private void Mark(int index, double x, double y)
    {
        string shape = (index % 4) switch
        {
            0 => $"M{Number(x - 3.5)} {Number(y)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
            1 => $"M{Number(x - 3)} {Number(y - 3)}h6v6h-6z",
            2 => $"M{Number(x)} {Number(y - 4)}l4 7h-8z",
            _ => $"M{Number(x)} {Number(y - 4.5)}l4.5 4.5l-4.5 4.5l-4.5 -4.5z",
        };
        Element("path", ("class", $"mark {Stroke(index)} {Fill(index)}"), ("d", shape));
    }

    private void Line(double x1, double y1, double x2, double y2, string style) =>
        Element("line", ("class", style), ("x1", Number(x1)), ("y1", Number(y1)), ("x2", Number(x2)), ("y2", Number(y2)));

    private void Label(double x, double y, string text, string anchor, string? style = null)
    {
        _xml.WriteStartElement("text");
        if (style is not null) _xml.WriteAttributeString("class", style);
        Attributes(("x", Number(x)), ("y", Number(y)), ("text-anchor", anchor));
        _xml.WriteString(Harmless(text));
        _xml.WriteEndElement();
    }

    private void Element(string name, params (string Name, string Value)[] attributes)
    {
        _xml.WriteStartElement(name);
        Attributes(attributes);
        _xml.WriteEndElement();
    }

    private void Attributes(params (string Name, string Value)[] attributes)
    {
        foreach ((string name, string value) in attributes) _xml.WriteAttributeString(name, value);
    }

    /// <summary>Without what cannot stand in a document: control characters, halves of a pair, and the two that XML does not have.</summary>
    private static string Harmless(string text) =>
        string.Concat(Terminal.Harmless(text).EnumerateRunes().Select(rune => rune.Value is 0xFFFE or 0xFFFF ? "\uFFFD" : rune.ToString()));

    private static string Stroke(int index) => $"s{index % Light.Length}";

    private static string Fill(int index) => $"f{index % Light.Length}";

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
