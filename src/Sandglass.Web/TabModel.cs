using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Web;

/// <summary>A model of the tab: how it is run, and what is told of it.</summary>
internal static class TabModel
{
    /// <summary>Room for keys and values: a tab has 2 GB for everything.</summary>
    private const long CacheMemory = 256 << 20;

    /// <exception cref="TraceBodyException">A member is unknown or of the wrong kind.</exception>
    public static ModelOptions OptionsIn(string json)
    {
        ModelOptions options = new() { CacheMemory = CacheMemory };
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            options = (member.Name, member.Value.ToString()) switch
            {
                ("compute", "fast") => options with { Compute = ComputeMode.Fast },
                ("compute", "fine") => options with { Compute = ComputeMode.Fine },
                ("compute", "exact") => options with { Compute = ComputeMode.Exact },
                ("cacheTypeKeys", string name) => options with { CacheType = new CacheTypes(CacheTypeOf(name), options.CacheType.Values) },
                ("cacheTypeValues", string name) => options with { CacheType = new CacheTypes(options.CacheType.Keys, CacheTypeOf(name)) },
                ("context", string number) => options with { Context = int.TryParse(number, out int context) ? context : -1 },
                _ => throw new TraceBodyException("parameter-value", $"A model in the tab takes no {member.Name} of {member.Value}."),
            };
        }
        return options;
    }

    public static string Describe(string name, ModelFile file, string hash, LanguageModel model) => Answers.Of("model", json =>
    {
        json.WriteStartObject("model");
        json.WriteString("id", name);
        json.WriteString("name", model.Name);
        json.WriteString("hash", hash);
        json.WriteString("architecture", model.Shape.Architecture);
        json.WriteNumber("context", model.Context);
        json.WriteNumber("layers", model.Shape.Layers);
        json.WriteNumber("bytes", file.Length);
        json.WriteBoolean("chatTemplate", model.ChatTemplate.Hint is null);
        json.WriteString("kernels", KernelPath.Name);
        json.WriteEndObject();
    });

    private static CacheType CacheTypeOf(string name) => name switch
    {
        "f32" => CacheType.F32,
        "f16" => CacheType.F16,
        "q8" => CacheType.Q8,
        "q4" => CacheType.Q4,
        _ => throw new TraceBodyException("parameter-value", $"A cache: expected f32, f16, q8 or q4, found {name}."),
    };
}
