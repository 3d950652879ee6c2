namespace Sandglass.Tokenization;

/// <summary>How a byte-level tokenizer cuts text into words before merging: what <c>tokenizer.ggml.pre</c> names.</summary>
/// <param name="passes">Applied in order, each to every fragment that the one before it produced.</param>
internal sealed class PreTokenizer(params Splitter[] passes)
{
    private static readonly Splitter Word = new WordSplitter();
    private static readonly Splitter LineBreak = new RunSplitter(CharacterSets.LineBreak, most: 1);
    private static readonly Splitter Number = new RunSplitter(CharacterSets.Number, most: 1);
    private static readonly Splitter NumberRun = new RunSplitter(CharacterSets.Number);
    private static readonly Splitter ThreeDigits = new RunSplitter(CharacterSets.Digit, least: 3, most: 3);
    private static readonly Splitter EastAsian = new RunSplitter(CharacterSets.EastAsian);

    private static readonly PreTokenizer Default = new(new RunSplitter(CharacterSets.PunctuationAndSymbols), Word, NumberRun, ThreeDigits);
    private static readonly PreTokenizer Falcon = new(new RunSplitter(CharacterSets.PunctuationAndSymbolsAndBacktick), Word, ThreeDigits);
    private static readonly PreTokenizer Gpt2 = new(Word);
    private static readonly PreTokenizer StarCoder = new(Number, Word);
    private static readonly PreTokenizer Qwen2 = new(new LineAwareSplitter(digits: 1));
    private static readonly PreTokenizer LlamaBpe = new(new LineAwareSplitter(digits: 3)) { IgnoresMerges = true, AddsBos = true };
    private static readonly PreTokenizer Dbrx = new(new LineAwareSplitter(digits: 3));

    private static readonly PreTokenizer DeepSeekLlm = new(
        LineBreak,
        new RunSplitter(CharacterSets.CasedLetter, leadingWhite: true),
        new RunSplitter(CharacterSets.DeepSeekPunctuation, leadingWhite: true),
        new TrailingWhiteSplitter(),
        EastAsian,
        NumberRun);

    private static readonly PreTokenizer DeepSeekCoder = new(
        LineBreak,
        new RunSplitter(CharacterSets.Letter, leadingWhite: true),
        new RunSplitter(CharacterSets.Punctuation, leadingWhite: true),
        EastAsian,
        Number);

    /// <summary>The passes, in order.</summary>
    public Splitter[] Passes { get; } = passes;

    /// <summary>Whether a word that is itself a token becomes that token, whatever its merges would give.</summary>
    public bool IgnoresMerges { get; private init; }

    /// <summary>Whether BOS is added where the file does not say.</summary>
    public bool AddsBos { get; private init; }

    /// <summary>The pre-tokenizer of a name. Several names stand for the same patterns. Null for an unknown one.</summary>
    public static PreTokenizer? Named(string? name) => name switch
    {
        null or "" or "default" => Default,
        "gpt-2" or "phi-2" or "mpt" or "olmo" or "jais" or "trillion" or "granite-docling" or "exaone4" or "gigachat" or "a.x-4.0" or "mellum" => Gpt2,
        "llama-bpe" or "llama3" or "llama-v3" or "falcon3" or "falcon-h1" or "pixtral" or "midm-2.0" or "lfm2" => LlamaBpe,
        "dbrx" or "smaug-bpe" or "glm4" or "chatglm-bpe" => Dbrx,
        "qwen2" or "deepseek-r1-qwen" or "megrez" or "stablelm2" or "hunyuan" or "solar-open" or "grok-2" or "kormo" or "f2llmv2" => Qwen2,
        "smollm" or "starcoder" or "refact" or "command-r" or "codeshell" or "exaone" or "minerva-7b" or "mellum2" => StarCoder,
        "deepseek-llm" => DeepSeekLlm,
        "deepseek-coder" => DeepSeekCoder,
        "falcon" => Falcon,
        _ => null,
    };

    /// <summary>Enumerates the words of a text.</summary>
    public Words Cut(ReadOnlySpan<byte> text) => new(Passes, text);

    /// <summary>Enumerates the words of a text without a list of them.</summary>
    public ref struct Words
    {
        private readonly Splitter[] _passes;
        private readonly ReadOnlySpan<byte> _text;
        private readonly int[] _ends;       // the end of each pass's current fragment; that of the last pass is the word
        private int _from, _to;

        internal Words(Splitter[] passes, ReadOnlySpan<byte> text)
        {
            _passes = passes;
            _text = text;
            _ends = new int[passes.Length];
        }

        /// <summary>Where the word begins.</summary>
        public readonly int From => _from;

        /// <summary>Where the word ends.</summary>
        public readonly int To => _to;

        /// <summary>Advances to the next word.</summary>
        public bool MoveNext()
        {
            _from = _to;
            if (_from == _text.Length) return false;

            int fragmentEnd = _text.Length;
            for (int pass = 0; pass < _ends.Length; pass++)
            {
                if (_ends[pass] == _from) _ends[pass] = _passes[pass].PieceEnd(_text[..fragmentEnd], _from);
                fragmentEnd = _ends[pass];
            }
            _to = fragmentEnd;
            return true;
        }
    }
}
