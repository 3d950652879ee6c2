using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class JsonLinesTests
{
    [Theory]
    [InlineData(float.NegativeInfinity, "-3.4028235E+38")]
    [InlineData(float.PositiveInfinity, "3.4028235E+38")]
    [InlineData(float.NaN, "null")]
    [InlineData(-0.1f, "-0.1")]
    [InlineData(float.Epsilon, "1E-45")]
    public void Every_float_is_json_and_reads_back_the_same(float value, string expected)
    {
        JsonElement read = Line(json => json.WriteFloat("x", value)).GetProperty("x");

        Assert.Equal(expected, read.GetRawText());
        if (float.IsFinite(value)) Assert.Equal(value, float.Parse(read.GetRawText(), CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Text_is_ascii_and_reads_back_the_same()
    {
        const string Text = "é😀\n\"\u0000\\";

        Assert.Equal(Text, Line(json => json.WriteString("x", Text)).GetProperty("x").GetString());
    }

    [Fact]
    public void The_sum_of_nothing_has_no_perplexity()
    {
        Sum sum = new();
        Assert.True(double.IsNaN(sum.Perplexity));
        sum.Add(MathF.Log(0.5f));
        sum.Add(MathF.Log(0.125f));
        Assert.Equal(4, sum.Perplexity, 1e-6);      // the geometric mean of 1/2 and 1/8 is 1/4
    }

    private static JsonElement Line(Action<Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        JsonLines lines = new(bytes);
        write(lines.Begin());
        lines.End();
        string line = Encoding.ASCII.GetString(bytes.ToArray());
        Assert.EndsWith("}\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain('?', line);           // what ASCII lacks is escaped
        return JsonDocument.Parse(line).RootElement;
    }
}
