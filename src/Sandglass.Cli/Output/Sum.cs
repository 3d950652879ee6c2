namespace Sandglass.Cli;

/// <summary>The chain rule: the log-probability of a text is the sum of its tokens', each given those before it.</summary>
internal sealed class Sum
{
    /// <summary>Tokens that were scored.</summary>
    public int Tokens { get; private set; }

    /// <summary>Sum of natural logarithms.</summary>
    public double Logprob { get; private set; }

    /// <summary>exp(-sum / tokens): as surprised as by that many equally likely tokens at each step; NaN where nothing was scored.</summary>
    public double Perplexity => Tokens == 0 ? double.NaN : Math.Exp(-Logprob / Tokens);

    public void Add(float logprob)
    {
        Tokens++;
        Logprob += logprob;
    }
}
