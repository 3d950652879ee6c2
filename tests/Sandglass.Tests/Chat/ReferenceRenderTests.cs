using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Tests.Chat;

/// <summary>Templates that real models ship with give what Python's jinja2 gives, character for character, and fail where it fails.</summary>
public class ReferenceRenderTests
{
    private static readonly DateTimeOffset Now = new(2024, 7, 26, 0, 0, 0, TimeSpan.Zero);

    [GoldenTheory, MemberData(nameof(Cases))]
    public void A_render_equals_the_reference(string file, string context)
    {
        using JsonDocument all = JsonDocument.Parse(File.ReadAllText(Shared.Path("chat-templates", "cases.json")));
        JsonElement expected = all.RootElement.GetProperty("cases").EnumerateArray()
            .Single(one => one.GetProperty("file").GetString() == file && one.GetProperty("ctx").GetString() == context);
        JsonElement variables = all.RootElement.GetProperty("contexts").GetProperty(context);
        string source = File.ReadAllText(Shared.Path("chat-templates", file));

        if (expected.GetProperty("ok").GetBoolean())
        {
            ChatPrompt prompt = ChatTemplate.Compile(source).Render(variables, Now);
            Assert.Equal(expected.GetProperty("out").GetString(), prompt.Text);
            Assert.Equal(prompt.Text.Length, prompt.Parts.Sum(part => part.Length));
        }
        else
        {
            TemplateException failure = Assert.Throws<TemplateException>(() => ChatTemplate.Compile(source).Render(variables, Now));
            Assert.True(failure.Line > 0, failure.Message);
        }
    }

    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        if (Shared.Folder is null)
        {
            cases.Add("", "");
            return cases;
        }
        using JsonDocument all = JsonDocument.Parse(File.ReadAllText(Shared.Path("chat-templates", "cases.json")));
        foreach (JsonElement one in all.RootElement.GetProperty("cases").EnumerateArray())
            cases.Add(one.GetProperty("file").GetString()!, one.GetProperty("ctx").GetString()!);
        return cases;
    }
}
