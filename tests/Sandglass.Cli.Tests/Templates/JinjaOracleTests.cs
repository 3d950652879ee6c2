using System.Text.Json.Nodes;
using Sandglass.Chat;
using Sandglass.ModelFiles;
using Sandglass.Tests;
using Sandglass.Tests.Chat;

namespace Sandglass.Cli.Tests.Templates;

/// <summary>A second opinion on templates: @huggingface/jinja and we write the same prompts, character for character.</summary>
public class JinjaOracleTests
{
    private const int Talks = 60, TalksOfModels = 24;

    [NodeFact]
    public void Random_programs_give_the_same_text()
    {
        int programs = Environment.GetEnvironmentVariable("SANDGLASS_FUZZ_TEMPLATES") is string many ? int.Parse(many) : 3000;
        ProgramWriter writer = new(Environment.GetEnvironmentVariable("SANDGLASS_FUZZ_SEED") is string seed ? int.Parse(seed) : 13);
        JsonObject contexts = new() { ["variables"] = JsonNode.Parse(ExpressionWriter.Variables) };
        Rendered[] all = Oracle.Render(contexts, [.. Enumerable.Range(0, programs).Select(_ => (writer.Next(), "variables"))]);

        AssertSame(all);
        Assert.All(all, one => Assert.NotNull(one.Ours));
        Assert.True(all.Count(one => one.Ours!.Length > 10) > programs * 3 / 4, "most of them write something");
    }

    [NodeFact]
    public void Templates_of_families_write_random_conversations_the_same_way()
    {
        string[] sources = [.. FamilyTemplates.All.Where(one => one.Family != JinjaDifferences.Family).Select(one => one.Source),
            Default("<|im_start|>", "<|im_end|>"), Default("a")];
        (JsonObject contexts, string[] names) = Conversations.Random(seed: 7, Talks);
        Rendered[] all = Oracle.Render(contexts, [.. sources.SelectMany(_ => names, (source, name) => (source, name))]);

        AssertSame(all);
        Assert.True(all.Count(one => one.Ours is not null) > all.Length / 2);

        static string Default(params string[] tokens) =>
            ChatTemplate.Of(new Metadata("test", new Dictionary<string, object> { ["tokenizer.ggml.tokens"] = tokens })).Source;
    }

    [NodeGoldenFact]
    public void Templates_that_models_ship_write_conversations_the_same_way()
    {
        JsonObject known = JsonNode.Parse(File.ReadAllText(Shared.Path("chat-templates", "cases.json")))!.AsObject()["contexts"]!.AsObject();
        (JsonObject contexts, _) = Conversations.Random(seed: 11, TalksOfModels);
        foreach ((string name, JsonNode? context) in known) contexts[name] = context!.DeepClone();
        string[] names = [.. contexts.Select(pair => pair.Key)];
        string[] files = [.. Directory.EnumerateFiles(Shared.Path("chat-templates"), "*.jinja").Order(StringComparer.Ordinal)];
        Dictionary<string, string> sources = files.ToDictionary(File.ReadAllText, file => Path.GetFileName(file));
        Rendered[] all = Oracle.Render(contexts, [.. sources.Keys.SelectMany(_ => names, (source, name) => (source, name))]);

        foreach (IGrouping<string, Rendered> ofFile in all.GroupBy(one => sources[one.Template]))
        {
            Rendered[] different = [.. ofFile.Where(one => one.Ours != one.Theirs)];
            string told = $"{ofFile.Key}: {different.Length} of {ofFile.Count()}\n{string.Join('\n', different.Take(3))}";
            if (!JinjaDifferences.Models.TryGetValue(ofFile.Key, out string? why)) Assert.True(different.Length == 0, told);
            else Assert.True(different.Length > 0, $"{told}: no difference any more, listed as: {why}");
        }
        Assert.True(all.Count(one => one.Ours == one.Theirs && one.Ours is not null) > all.Length / 3);
    }

    [NodeFact]
    public void The_list_of_differences_is_true()
    {
        Rendered[] all = Oracle.Render(new JsonObject { ["none"] = new JsonObject() }, [.. JinjaDifferences.Small.Select(one => (one.Template, "none"))]);

        Assert.All(JinjaDifferences.Small.Zip(all), pair => Assert.True(
            (pair.First.Jinja2, pair.First.Theirs) == (pair.Second.Ours, pair.Second.Theirs), $"{pair.First.Why}: {pair.Second}"));
    }

    private static void AssertSame(Rendered[] all)
    {
        Rendered[] different = [.. all.Where(one => one.Ours != one.Theirs)];
        Assert.True(different.Length == 0, $"{different.Length} of {all.Length}\n{string.Join('\n', different.OrderBy(one => one.Template.Length).Take(20))}");
    }
}
