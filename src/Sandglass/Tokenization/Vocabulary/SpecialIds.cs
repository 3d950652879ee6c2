namespace Sandglass.Tokenization;

/// <summary>The ids of special tokens, and whether they are added to a text.</summary>
internal sealed class SpecialIds
{
    private readonly Vocabulary _vocabulary;
    private readonly bool _swallow;

    /// <summary>Reads the ids that the file gives; the parameters are the defaults of the tokenizer's kind.</summary>
    public SpecialIds(Vocabulary vocabulary, bool addsBos, int? bos = null, int? eos = null, int? unknown = null)
    {
        _vocabulary = vocabulary;
        Bos = vocabulary.Id("tokenizer.ggml.bos_token_id", bos);
        Eos = vocabulary.Id("tokenizer.ggml.eos_token_id", eos);
        Unknown = vocabulary.Id("tokenizer.ggml.unknown_token_id", unknown);
        AddsBos = vocabulary.Metadata.Bool("tokenizer.ggml.add_bos_token") ?? addsBos;
        AddsEos = vocabulary.Metadata.Bool("tokenizer.ggml.add_eos_token") ?? false;
        if (AddsBos) vocabulary.RequireId("tokenizer.ggml.bos_token_id");
        if (AddsEos) vocabulary.RequireId("tokenizer.ggml.eos_token_id");
        Ends = EndTokens.Find(vocabulary, Eos, vocabulary.Id("tokenizer.ggml.eot_token_id"), vocabulary.Id("tokenizer.ggml.eom_token_id"));

        // Phi-3's own tokenizer drops white space after its marks; no key of the file says so, only the model's name
        string name = (vocabulary.Metadata.Values.GetValueOrDefault("general.name") as string)?.ToLowerInvariant() ?? "";
        _swallow = name.Contains("phi-3", StringComparison.Ordinal) || name.Contains("phi3", StringComparison.Ordinal);
    }

    public int? Bos { get; }

    public int? Eos { get; }

    public int? Unknown { get; }

    public bool AddsBos { get; }

    public bool AddsEos { get; }

    public IReadOnlySet<int> Ends { get; }

    /// <summary>Whether a special token includes the white space after it.</summary>
    public bool SwallowsRight(int id) => _swallow && _vocabulary.Texts[id] is not ("<unk>" or "<s>" or "<|endoftext|>");
}
