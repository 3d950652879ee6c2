namespace Sandglass.Sampling;

/// <summary>
/// The buffers for choosing a token, of the vocabulary's size. They hold nothing between two choices, so all texts whose tokens one worker chooses share them.
/// </summary>
/// <remarks>Each worker of an engine has a set: a waiting request holds none. Each buffer is made at its first use.</remarks>
/// <param name="vocabularySize">The length of every row of logits.</param>
internal sealed class SamplingBuffers(int vocabularySize)
{
    internal int VocabularySize => vocabularySize;

    internal Candidates Candidates => field ??= new Candidates(vocabularySize);

    internal Explainer Explainer => field ??= new Explainer(vocabularySize);

    /// <summary>[id], for a draw that keeps guesses by their probability.</summary>
    internal double[] Probabilities => field ??= new double[vocabularySize];

    /// <summary>[id], for beams, which score with the model's own log-probabilities.</summary>
    internal float[] Logprobs => field ??= new float[vocabularySize];
}
