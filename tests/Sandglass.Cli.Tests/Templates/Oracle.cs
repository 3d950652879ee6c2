using System.Text.Json;
using System.Text.Json.Nodes;
using Sandglass.Chat;

namespace Sandglass.Cli.Tests.Templates;

/// <summary>A template, the name of what it is given, and what two renderers make of it; null: it fails, and the error says why.</summary>
internal sealed record Rendered(string Template, string Context, string? Ours, string? Theirs, string OurError, string TheirError)
{
    /// <summary>To read where they differ.</summary>
    public override string ToString() =>
        $"{JsonSerializer.Serialize(Template)} with {Context}\n  ours:   {Shown(Ours, OurError)}\n  theirs: {Shown(Theirs, TheirError)}";

    private static string Shown(string? text, string error) => text is null ? $"fails: {error}" : JsonSerializer.Serialize(text);
}

/// <summary>Renders templates here and with @huggingface/jinja in Node.js.</summary>
internal static class Oracle
{
    private static readonly DateTimeOffset Now = new(2024, 7, 26, 13, 5, 9, TimeSpan.Zero);

    /// <summary>Each template with what it is given, by both.</summary>
    /// <param name="contexts">Objects of variables, by name.</param>
    /// <param name="cases">Templates, and the names of what they are given.</param>
    public static Rendered[] Render(JsonObject contexts, IReadOnlyList<(string Template, string Context)> cases)
    {
        using JsonDocument given = JsonDocument.Parse(contexts.ToJsonString());
        JsonElement[] theirs = Theirs(contexts, cases);
        return [.. cases.Select((one, i) =>
        {
            (string? text, string error) = Ours(one.Template, given.RootElement.GetProperty(one.Context));
            bool isText = theirs[i].TryGetProperty("text", out JsonElement answer);
            return new Rendered(one.Template, one.Context, text, isText ? answer.GetString() : null, error, isText ? "" : theirs[i].GetProperty("error")
                .GetString()!);
        })];
    }

    private static (string? Text, string Error) Ours(string template, JsonElement variables)
    {
        try
        {
            return (ChatTemplate.Compile(template, generationBlocks: true).Render(variables, Now).Text, "");
        }
        catch (TemplateException failure)
        {
            return (null, failure.Message);
        }
    }

    private static JsonElement[] Theirs(JsonObject contexts, IReadOnlyList<(string Template, string Context)> cases)
    {
        JsonObject asked = new()
        {
            ["now"] = Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
            ["contexts"] = contexts.DeepClone(),
            ["cases"] = new JsonArray([.. cases.Select(one => new JsonObject { ["template"] = one.Template, ["context"] = one.Context })]),
        };
        string folder = Directory.CreateTempSubdirectory("sandglass-").FullName, input = Path.Combine(folder, "cases.json"),
            output = Path.Combine(folder, "answers.json");
        try
        {
            File.WriteAllText(input, asked.ToJsonString());
            NodeFolder.RunScript("jinja.js", input, output);
            return [.. JsonDocument.Parse(File.ReadAllText(output)).RootElement.EnumerateArray()];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
