using System.Text.Json;

namespace Sandglass.Chat;

/// <summary>Bounds of the further variables that a request gives a template.</summary>
internal static class TemplateArguments
{
    private const int MostNames = 64, MostUnits = 1 << 16;

    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal)
    {
        "messages", "tools", "documents", "add_generation_prompt", "continue_final_message", "bos_token", "eos_token", "unk_token", "pad_token",
        "range", "dict", "namespace", "cycler", "joiner", "raise_exception", "strftime_now",
    };

    public static void Check(IReadOnlyDictionary<string, JsonElement> arguments)
    {
        if (arguments.Count > MostNames)
            throw new TemplateException("template-argument", $"{arguments.Count} further variables for the template; at most {MostNames} are taken.");
        long units = 0;
        foreach ((string name, JsonElement value) in arguments)
        {
            if (Taken.Contains(name))
                throw new TemplateException("template-argument", $"'{name}' is given to templates in another way and cannot be a further variable.");
            units += name.Length + Units(value, depth: 0);
            if (units > MostUnits)
                throw new TemplateException("template-argument", $"The further variables of the template are longer than {MostUnits} characters.");
        }
    }

    private static long Units(JsonElement value, int depth)
    {
        if (depth > Rendering.MostDepth) throw Rendering.TooDeep();
        return value.ValueKind switch
        {
            JsonValueKind.Array => 1 + value.EnumerateArray().Sum(item => Units(item, depth + 1)),
            JsonValueKind.Object => 1 + value.EnumerateObject().Sum(property => property.Name.Length + Units(property.Value, depth + 1)),
            JsonValueKind.String => 1 + JsonStrings.Read(value).Length,
            JsonValueKind.Undefined => throw new TemplateException("template-argument", "A further variable of the template has no value."),
            _ => 8,
        };
    }
}
