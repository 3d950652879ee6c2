using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Tests.Chat;

/// <summary>Small templates with what Python's jinja2 3.1.6 made of them, set up as transformers does: expressions, statements and white space, and mixtures
/// that
/// a program made. Where jinja2 failed (null) we fail too.</summary>
public class JinjaAnswersTests
{
    private static readonly DateTimeOffset Now = new(2024, 7, 26, 13, 5, 9, TimeSpan.Zero);

    [Theory]
    [InlineData("expressions", 600)]
    [InlineData("statements", 400)]
    [InlineData("mixtures", 800)]
    public void Each_gives_the_same_text_or_fails(string name, int atLeast)
    {
        string path = Path.Combine(Checkout.Folder, "tests", "Sandglass.Tests", "Chat", "Answers", $"{name}.json");
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement variables = file.RootElement.GetProperty("variables");
        List<string> different = [];
        int count = 0;
        foreach (JsonElement pair in file.RootElement.GetProperty("answers").EnumerateArray())
        {
            string? ours = Rendered(pair[0].GetString()!, variables), theirs = pair[1].GetString();
            if (ours != theirs) different.Add($"{pair[0]}\n  jinja2: {theirs ?? "fails"}\n  ours: {ours ?? "fails"}");
            count++;
        }

        Assert.True(different.Count == 0, string.Join("\n", different));
        Assert.True(count >= atLeast, $"{count} answers");
    }

    private static string? Rendered(string source, JsonElement variables)
    {
        try
        {
            return ChatTemplate.Compile(source, generationBlocks: true).Render(variables, Now).Text;
        }
        catch (TemplateException)
        {
            return null;
        }
    }
}
