using Sandglass.ModelFiles;

namespace Sandglass.Chat;

/// <summary>The texts of tokens that templates write by name.</summary>
internal sealed record SpecialTexts(string? Bos, string? Eos, string? Unknown = null, string? Pad = null)
{
    /// <summary>Those that a model file names.</summary>
    public static SpecialTexts Of(Metadata metadata)
    {
        string[] tokens = metadata.Values.GetValueOrDefault("tokenizer.ggml.tokens") as string[] ?? [];
        string? At(string name) => metadata.Values.TryGetValue($"tokenizer.ggml.{name}_token_id", out object? id) && Metadata.AsInteger(id) is long index
            && index >= 0 && index < tokens.Length ? tokens[index] : null;
        return new SpecialTexts(At("bos"), At("eos"), At("unknown"), At("padding"));
    }

    /// <summary>Sets them as transformers does; what a model lacks is undefined.</summary>
    public void AddTo(Scope scope)
    {
        foreach ((string name, string? text) in ((string, string?)[])[("bos_token", Bos), ("eos_token", Eos), ("unk_token", Unknown), ("pad_token", Pad)])
            if (text is not null) scope.Set(name, new Text(text, trusted: true));
    }
}
