using System.Text;
using System.Text.Json;
using Sandglass.Tests;

namespace Sandglass.Cli.Tests;

public sealed class ApplyTemplateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_prompt_comes_byte_for_byte()
    {
        string template = Write("t.jinja", "{{ bos_token }}{% for m in messages %}{{ m.content }}\n{% endfor %}é");
        string context = Write("c.json", """{"bos_token":"<s>","messages":[{"role":"user","content":"a\u0001ß"}]}""");

        ToolRun run = Tool.Run("apply-template", "--template", template, "--context", context).Done();

        Assert.Equal("<s>a\u0001ß\né"u8.ToArray(), run.Output);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void Messages_come_from_a_file_or_a_pipe_and_are_to_be_answered()
    {
        const string Messages = """[{"role":"user","content":"Hello"}]""";
        string template = Write("t.jinja",
            "{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}{% if add_generation_prompt %} >{% endif %}{{ x }}");
        string file = Write("m.json", Messages), context = Write("c.json", """{"x":"!","messages":[]}""");

        Assert.Equal("user: Hello >", Tool.Run("apply-template", "--template", template, "--messages", file).Done().Text);
        Assert.Equal("user: Hello >", Tool.RunWithInput(Encoding.UTF8.GetBytes(Messages), "apply-template", "--template", template).Done().Text);
        Assert.Equal("user: Hello >", Tool.RunWithInput(Encoding.UTF8.GetBytes(Messages), "apply-template", "--template", template, "--messages",
            "-").Done().Text);
        Assert.Equal("user: Hello!", Tool.Run("apply-template", "--template", template, "--messages", file, "--context", context).Done().Text);
        Assert.Equal("user: Hello >", Tool.RunWithInput(Encoding.UTF8.GetBytes($"{{\"messages\":{Messages},\"add_generation_prompt\":true}}"),
            "apply-template", "--template", template).Done().Text);
    }

    [Fact]
    public void A_model_without_a_template_has_a_plain_one_and_says_so()
    {
        ToolRun run = Tool.RunWithInput("""[{"role":"user","content":"Hello"}]"""u8.ToArray(), "apply-template").Done();

        Assert.Equal("User: Hello\n\nAssistant:", run.Text);
        Assert.Contains("Hint: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_is_given()
    {
        string template = Write("t.jinja", "{{ strftime_now('%d %b %Y %H:%M') }}"), context = Write("c.json", "{}");

        Assert.Equal("26 Jul 2024 00:00", Tool.Run("apply-template", "--template", template, "--context", context, "--now", "2024-07-26").Done().Text);
        Assert.Equal("26 Jul 2024 12:30", Tool.Run("apply-template", "--template", template, "--context", context, "--now", "2024-07-26T12:30:00").Done().Text);
        Assert.Equal("26 Jul 2024 12:30", Tool.Run("apply-template", "--template", template, "--context", context, "--now",
            "2024-07-26T12:30:00+05:00").Done().Text);
    }

    [Theory]
    [InlineData("{{ x.y }}", "{}", "Line 1, column 5", "[template-undefined]")]
    [InlineData("a\n{% for %}", "{}", "Line 2, column 8", "[template-syntax]")]
    [InlineData("{{ raise_exception('Only users.') }}", "{}", "Only users.", "[template-raised]")]
    [InlineData("{% generation %}a{% endgeneration %}", "{}", "generation", "[template-unsupported]")]
    [InlineData("a", "[1", "--context: expected JSON", "line 1")]
    [InlineData("a", "[]", "--context: expected a JSON object", "an array")]
    public void What_cannot_be_rendered_ends_with_a_code_and_a_place(string source, string json, string words, string code)
    {
        ToolRun run = Tool.Run("apply-template", "--template", Write("t.jinja", source), "--context", Write("c.json", json));

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Output);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Generation_blocks_are_known_where_they_are_asked_for()
    {
        string template = Write("t.jinja", "{% generation %}a{% endgeneration %}"), context = Write("c.json", "{}");

        Assert.Equal("a", Tool.Run("apply-template", "--template", template, "--context", context, "--generation-blocks").Done().Text);
        Assert.Equal(2, Tool.Run("apply-template", "--context", context, "--generation-blocks").Code);
        Assert.Equal(2, Tool.Run("apply-template", "--template", template, "--model", "embedded:grain-1m", "--context", context).Code);
        Assert.Equal(2, Tool.Run("apply-template", "--template", template, "--context", context, "--now", "soon").Code);
    }

    [GoldenFact]
    public void The_references_come_out_as_bytes()
    {
        using JsonDocument all = JsonDocument.Parse(File.ReadAllText(Shared.Path("chat-templates", "cases.json")));
        JsonElement one = all.RootElement.GetProperty("cases").EnumerateArray().First(given => given.GetProperty("ok").GetBoolean());
        string context = Write("c.json", all.RootElement.GetProperty("contexts").GetProperty(one.GetProperty("ctx").GetString()!).GetRawText());

        ToolRun run = Tool.Run("apply-template", "--template", Shared.Path("chat-templates", one.GetProperty("file").GetString()!), "--context", context,
            "--now", "2024-07-26").Done();

        Assert.Equal(one.GetProperty("out").GetString(), run.Text);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
