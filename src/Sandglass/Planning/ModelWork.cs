namespace Sandglass.Planning;

/// <summary>Multiply-adds of a model, counted as the engine counts them: those with the weights, the same for each token, and those of attention, which grow
/// with what a token sees.</summary>
/// <param name="Weights">With the weights of all layers.</param>
/// <param name="Attention">Of queries with cached keys, and of weights with cached values.</param>
/// <param name="Logits">With the output matrix.</param>
public readonly record struct ModelWork(double Weights, double Attention, double Logits)
{
    /// <summary>All of them.</summary>
    public double Total => Weights + Attention + Logits;

    /// <summary>Reading a whole prompt at once: each token sees those before it and itself, and only the last one needs logits.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">Of the prompt.</param>
    public static ModelWork OfPrompt(ModelShape model, double tokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(model, tokens, static attention => attention.MultiplyAddsPerPosition, predicted: 1);
    }

    /// <summary>Of reading a piece of a prompt those of attention alone: a step's time asks for them again and again.</summary>
    internal static double AttentionOfPiece(ModelShape model, double before, double tokens)
    {
        double sum = 0;
        foreach (LayerShape layer in model.Layers) sum += Pairs(before, tokens, layer.Attention.Window) * layer.Attention.MultiplyAddsPerPosition;
        return sum;
    }

    /// <summary>Reading a text in training, one way: every token is predicted, and with a latent vector each head's own keys and values are made, which for
    /// tokens that are all there at once is less work than asking the latent space.</summary>
    internal static ModelWork OfTrainingText(ModelShape model, double tokens) =>
        Of(model, tokens, static attention => (long)attention.Heads * (attention.KeyDim + attention.ValueDim), predicted: tokens);

    private static ModelWork Of(ModelShape model, double tokens, Func<AttentionShape, long> perPosition, double predicted)
    {
        (double weights, double logits) = OfWeights(model);
        double attention = model.Layers.Sum(layer => Pairs(0, tokens, layer.Attention.Window) * perPosition(layer.Attention));
        return new ModelWork(tokens * weights, attention, predicted * logits);
    }

    /// <summary>Writing one token with the cache.</summary>
    /// <param name="model">The model.</param>
    /// <param name="depth">Positions before it.</param>
    public static ModelWork OfToken(ModelShape model, double depth)
    {
        ArgumentNullException.ThrowIfNull(model);
        (double weights, double logits) = OfWeights(model);
        double attention = model.Layers.Sum(layer => Seen(depth + 1, layer.Attention.Window) * layer.Attention.MultiplyAddsPerPosition);
        return new ModelWork(weights, attention, logits);
    }

    /// <summary>Writing one token without the cache: all before it is computed again.</summary>
    /// <param name="model">The model.</param>
    /// <param name="depth">Positions before it.</param>
    public static ModelWork OfTokenWithoutCache(ModelShape model, double depth) => OfPrompt(model, depth + 1);

    /// <summary>A prompt and what is written after it, with the cache; the last token is not read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">Tokens of the prompt, from 1.</param>
    /// <param name="completion">Tokens that are written, from 1.</param>
    public static ModelWork OfText(ModelShape model, double prompt, double completion)
    {
        ModelWork read = OfPrompt(model, prompt + completion - 1);
        return read with { Logits = completion * read.Logits };
    }

    private static (double Weights, double Logits) OfWeights(ModelShape model)
    {
        double logits = model.Weights.Where(static weight => weight.Role == WeightRole.Output).Sum(static weight => (double)weight.MultiplyAdds);
        return (model.MultiplyAddsPerToken - logits, logits);
    }

    private static double Seen(double positions, int window) => window > 0 ? Math.Min(positions, window) : positions;

    /// <summary>How many pairs of a token and a position that it sees a piece of a text has: from the text's beginning 1 + 2 + … and the window's width from
    /// there on.</summary>
    internal static double Pairs(double before, double tokens, int window)
    {
        // no difference of two whole texts: a long one has so many that the last digits would be of rounding
        double first = Seen(before, window), last = Seen(before + tokens, window), growing = last - first;
        return growing * (first + last + 1) / 2 + (tokens - growing) * window;
    }
}
