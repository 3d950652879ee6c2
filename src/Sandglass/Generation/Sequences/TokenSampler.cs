using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>The library's way from logits to a token, for a loop of one's own: the chain of <see cref="SamplerOptions"/>, then a draw.</summary>
/// <remarks>
/// A draw depends on the seed and on how many tokens were accepted before, and on nothing else: with the same text and the same logits it is the one that
/// <see cref="LanguageModel.GenerateAsync(string, GenerationOptions?, CancellationToken)"/> makes. For one text and one thread at a time.
/// </remarks>
public sealed class TokenSampler
{
    private readonly Sampler _sampler;
    private readonly Tokenizer _tokenizer;

    internal TokenSampler(SamplerOptions options, Tokenizer tokenizer, int vocabulary)
    {
        GenerationOptions own = new GenerationOptions { Sampling = options }.WithOwnLists();
        Seed = options.Seed ?? FreshSeed.Draw();
        SamplerText text = own.Text(tokenizer, tokenizer.EndIds, promptLength: 0);
        (_sampler, _tokenizer) = (new Sampler(own.Sampling, Seed, text, new SamplingBuffers(vocabulary)), tokenizer);
    }

    /// <summary>The seed of its draws: the one that was given, or one that was drawn.</summary>
    public ulong Seed { get; }

    /// <summary>Tokens of the text so far: the position of the token that is chosen next.</summary>
    public int Position { get; private set; }

    /// <summary>Chooses the next token. It is not part of the text before it is accepted: asked again, the sampler says the same.</summary>
    /// <param name="logits">[vocabulary], as <see cref="TokenSequence.ReadAsync"/> gives them; they are not changed. A token whose logit is
    /// negative infinity is never chosen: a mask in a copy of the row binds the text to a form.</param>
    /// <exception cref="SamplingException">The row has another length, or no token can be chosen from it.</exception>
    public int Choose(ReadOnlySpan<float> logits) => _sampler.Choose(logits, Position).Id;

    /// <summary>Says that tokens are part of the text now, of the prompt or chosen, by whomever.</summary>
    /// <param name="ids">In order.</param>
    /// <exception cref="GenerationException">An id is outside the vocabulary; those before it are accepted.</exception>
    public void Accept(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        foreach (int id in ids)
        {
            TextRequests.RequireId(id, _tokenizer);
            _sampler.Accept(id);
            Position++;
        }
    }
}
