using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary>Collects what is unusual about a file.</summary>
internal sealed class Oddities(ModelFile file)
{
    private const int LongContext = 131072;
    private readonly List<string> _found = [];

    public IReadOnlyList<string> Found => _found;

    /// <summary>A part of the description, or null; then the reason is noted once.</summary>
    public T? Try<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (ModelFileException defect)
        {
            Add($"{defect.Field}: expected {defect.Expected}, found {defect.Found}");
            return default;
        }
    }

    public void Look(ModelSupport readiness, Hyperparameters? shape, VocabularyFacts? vocabulary)
    {
        if (file.Tensors.Count == 0) Add("no tensors: only a description (and maybe a vocabulary)");
        if (file.Version != 3) Add($"written in version {file.Version} of the format; 3 is the current one");
        if (Try(() => file.Metadata.Integer("general.alignment")) is long alignment and not 32) Add($"tensors are aligned to {alignment} bytes instead of 32");
        if (vocabulary is null) Add("no vocabulary: it can neither read nor write text");
        else LookAt(vocabulary);
        if (shape is not null) LookAt(shape);
        LookAtRows(vocabulary);
        if (readiness.UnusedTensors.Count > 0) Add($"{readiness.UnusedTensors.Count} tensors that nothing here uses: {Listed(readiness.UnusedTensors)}");
    }

    private void LookAt(VocabularyFacts vocabulary)
    {
        foreach (NamedToken token in vocabulary.Named)
            if (token.Piece is null) Add($"the {token.Role} token, {token.Id}, is not in the vocabulary");
        if (!vocabulary.Named.Any(token => token.Role is "end" or "end of turn")) Add("no end token is named: the text may never end by itself");
        if (vocabulary.AddsBos == true && !vocabulary.Named.Any(token => token.Role == "begin")) Add("it asks for a begin token and names none");
        if (vocabulary is { Kind: "gpt2", PreTokenizer: null }) Add("no pre-tokenizer is named: text may be cut in another way than in training");
        if (vocabulary is { Kind: "gpt2", Merges: 0 }) Add("a BPE vocabulary without merges");
        if (vocabulary is { Kind: "llama", HasScores: false }) Add("a SentencePiece vocabulary without scores: all pairs of neighbours are equally urgent");
    }

    private void LookAt(Hyperparameters shape)
    {
        if (!shape.LayersAreAlike) Add("its layers differ in heads or width");
        if (shape.ContextLength > LongContext)
            Add($"a context of {Amount.Whole(shape.ContextLength)} tokens; its whole cache is large, see below, and a smaller --context will do for most uses");
        if (shape.ValueHeadDim != shape.KeyHeadDim) Add($"values have another width per head ({shape.ValueHeadDim}) than keys ({shape.KeyHeadDim})");
        if (shape.Heads > 0 && shape.Heads * shape.KeyHeadDim != shape.Width)
            Add($"its heads together are {shape.Heads * shape.KeyHeadDim} wide, the model {shape.Width}");
        int blocks = file.Tensors.Select(tensor => tensor.Name.Split('.')).Where(name => name is ["blk", _, ..]).Select(name => name[1]).Distinct().Count();
        if (blocks > 0 && blocks != shape.Layers) Add($"{shape.Layers} layers by its description, {blocks} by its tensors");
    }

    private void LookAtRows(VocabularyFacts? vocabulary)
    {
        if (vocabulary is not null && file.Find("token_embd.weight") is TensorInfo embedding && embedding.Rows != vocabulary.Size)
            Add($"the embedding has {Amount.Whole(embedding.Rows)} rows, the vocabulary {Amount.Whole(vocabulary.Size)} tokens");
    }

    private void Add(string what)
    {
        if (!_found.Contains(what)) _found.Add(what);
    }

    private static string Listed(IReadOnlyList<string> names) => string.Join(", ", names.Take(4)) + (names.Count > 4 ? ", …" : "");
}
