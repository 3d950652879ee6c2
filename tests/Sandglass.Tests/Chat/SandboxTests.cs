using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Tests.Chat;

/// <summary>A template comes with a file from a stranger: whatever it tries ends in a <see cref="TemplateException"/>, after bounded work in bounded
/// memory.</summary>
public class SandboxTests
{
    private const long MostBytes = 64_000_000;

    [Theory]
    [InlineData("{% for x in range(10**9) %}{% endfor %}")]
    [InlineData("{% for a in range(10**5) %}{% for b in range(10**5) %}{{ a }}{% endfor %}{% endfor %}")]
    [InlineData("{% for x in range(10**9) if x %}{{ loop.length }}{% endfor %}")]
    [InlineData("{{ range(10**9) | list }}")]
    [InlineData("{{ range(10**9) | join('a') }}")]
    [InlineData("{{ range(10**9) | sum }}")]
    [InlineData("{{ range(10**9) | map('string') | list }}")]
    [InlineData("{{ range(10**9) | batch(3) | list }}")]
    [InlineData("{{ range(10**6) | list | sort }}")]
    [InlineData("{{ cycler(*range(10**9)) }}")]
    [InlineData("{{ 'a' * 10**9 }}")]
    [InlineData("{{ [1] * 10**9 }}")]
    [InlineData("{% set n = namespace(s='ab') %}{% for x in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='ab') %}{% for x in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s=[1]) %}{% for x in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}")]
    [InlineData("{% set n = namespace(s=[1]) %}{% for x in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s | tojson }}")]
    [InlineData("{% set n = namespace(s=(1,)) %}{% for x in range(60) %}{% set n.s = (n.s, n.s) %}{% endfor %}{{ {n.s: 1} }}")]
    [InlineData(
        "{% set n = namespace(s=(1,), t=(1,)) %}{% for x in range(60) %}{% set n.s = (n.s, n.s) %}{% set n.t = (n.t, n.t) %}{% endfor %}{{ n.s == n.t }}")]
    [InlineData("{% set n = namespace(s=[1]) %}{% for x in range(9999) %}{% set n.s = [n.s] %}{% endfor %}{{ n.s }}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for x in range(9999) %}{% set n.l = n.l | map('string') %}{% endfor %}{{ n.l | list }}")]
    [InlineData("{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}")]
    [InlineData("{% macro f(n) %}{% if n %}{{ f(n - 1) ~ f(n - 1) }}{% else %}aaaa{% endif %}{% endmacro %}{{ f(50) }}")]
    [InlineData("{% macro f() %}{{ caller() }}{% endmacro %}{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{{ 2 ** (2 ** 40) }}")]
    [InlineData("{{ (-2) ** (10 ** 9) }}")]
    [InlineData("{% set n = namespace(x=3) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}")]
    [InlineData("{{ 'a' | center(10**9) }}")]
    [InlineData("{{ 'a'.ljust(10**12) }}")]
    [InlineData("{{ '\t'.expandtabs(10**9) }}")]
    [InlineData("{{ '%1000000000d' % 1 }}")]
    [InlineData("{{ '%*d' % (10**12, 1) }}")]
    [InlineData("{{ '{:1000000000}'.format(1) }}")]
    [InlineData("{{ '{:.1000000000f}'.format(1.0) }}")]
    [InlineData("{{ 'a\nb' | indent(10**9) }}")]
    [InlineData("{{ [1] | batch(10**9, 'x') | list }}")]
    [InlineData("{{ [1] | slice(10**9) | list }}")]
    [InlineData("{{ ('a' * 100000).replace('a', 'b' * 1000) }}")]
    [InlineData("{{ ('a' * 1000) | list | join('b' * 100000) }}")]
    [InlineData("{% set s = 'a' * 100000 %}{% for x in range(10**5) %}{% set _ = s | upper %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 100000 %}{% for x in range(10**5) %}{% set _ = s.isalpha() %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 100000 %}{% for x in range(10**5) %}{% set _ = s.find('b') %}{% endfor %}")]
    public void It_ends_after_bounded_work(string source)
    {
        ChatTemplate template = ChatTemplate.Compile(source);
        JsonElement nothing = JsonDocument.Parse("{}").RootElement;
        long before = GC.GetAllocatedBytesForCurrentThread();

        TemplateException failure = Assert.Throws<TemplateException>(() => template.Render(nothing));

        Assert.Contains(failure.Code, (string[])["template-steps", "template-size", "template-depth"]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("1 if 1 else ", "")]
    [InlineData("1 + ", "")]
    [InlineData("1 and ", "")]
    [InlineData("a.", "")]
    public void Deep_expressions_end_too(string before, string after)
    {
        foreach (int times in (int[])[300, 3000, 20000])
        {
            string source = $"{{{{ {string.Concat(Enumerable.Repeat(before, times))}a{string.Concat(Enumerable.Repeat(after, times))} }}}}";
            Exception? failure = Record.Exception(() => ChatTemplate.Compile(source).Render(JsonDocument.Parse("""{"a":1}""").RootElement));
            if (failure is not null) Assert.IsType<TemplateException>(failure);
            if (times == 20000) Assert.NotNull(failure);
        }
    }

    [Theory]
    [InlineData("{% if 1 %}", "{% endif %}")]
    [InlineData("{% for x in [1] %}", "{% endfor %}")]
    [InlineData("{% macro f() %}", "{% endmacro %}")]
    public void Deep_blocks_end_too(string before, string after) =>
        Assert.Equal("template-depth", Assert.Throws<TemplateException>(() =>
            ChatTemplate.Compile(string.Concat(Enumerable.Repeat(before, 5000)) + string.Concat(Enumerable.Repeat(after, 5000)))).Code);

    [Theory]
    [InlineData("{{ ''.GetType() }}")]
    [InlineData("{{ ''.__class__.__mro__ }}")]
    [InlineData("{{ messages.Items }}{{ messages.Items() }}")]
    [InlineData("{{ '{0.Value.Length}'.format('a').x.y }}")]
    [InlineData("{{ (''|attr('GetType'))() }}")]
    [InlineData("{{ namespace().Values.Count.x }}")]
    public void Nothing_of_dotnet_can_be_reached(string source) =>
        Assert.Equal("template-undefined", Assert.Throws<TemplateException>(() =>
            ChatTemplate.Compile(source).Render(JsonDocument.Parse("""{"messages":[]}""").RootElement)).Code);

    /// <summary>As in transformers, whose sandbox is the immutable one: a template that needs this fails there too.</summary>
    [Theory]
    [InlineData("{% set _ = messages.append(1) %}", "append")]
    [InlineData("{% set n = namespace(l=[]) %}{% set _ = n.l['extend']([1]) %}", "extend")]
    [InlineData("{{ (messages | attr('pop'))() }}", "pop")]
    [InlineData("{% set d = {'a': 1} %}{% set _ = d.update(b=1) %}", "update")]
    [InlineData("{% set d = {} %}{{ d.setdefault('a', 1) }}", "setdefault")]
    public void No_list_and_no_dict_is_changed(string source, string method)
    {
        TemplateException failure = Assert.Throws<TemplateException>(() =>
            ChatTemplate.Compile(source).Render(JsonDocument.Parse("""{"messages":[2]}""").RootElement));

        Assert.Equal("template-undefined", failure.Code);
        Assert.Contains($"'{method}' would change a ", failure.Message);
    }

    [Theory]
    [InlineData("{{ messages.append is defined }}{{ messages.append }}", "False")]
    [InlineData("{{ {'update': 1}['update'] }}{{ {'update': 1}.update is defined }}", "1False")]       // the entry, then the method
    public void What_would_change_them_is_not_defined(string source, string text) =>
        Assert.Equal(text, ChatTemplate.Compile(source).Render(JsonDocument.Parse("""{"messages":[2]}""").RootElement).Text);

    [Fact]
    public void A_long_conversation_is_not_refused_for_its_length()
    {
        const string Joins = "{% set ns = namespace(t='') %}"
            + "{% for m in messages %}{% set ns.t = ns.t + m.role + ': ' + m.content | trim + '\n' %}{% endfor %}{{ ns.t }}";
        ChatMessage[] messages = [.. Enumerable.Range(0, 400).Select(i => new ChatMessage("user", new string('a', 1000) + i))];

        Assert.True(ChatTemplate.Compile(Joins).Render(new ChatRequest(messages)).Text.Length > 400_000);
    }

    [Fact]
    public async Task One_template_renders_on_many_threads()
    {
        ChatTemplate template = ChatTemplate.Compile("{% for m in messages %}{{ m.content }}{% endfor %}");

        string[] texts = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() =>
            template.Render(new ChatRequest([new ChatMessage("user", $"<{i}>")])).Text)));

        Assert.Equal(Enumerable.Range(0, 64).Select(i => $"<{i}>"), texts);
    }
}
